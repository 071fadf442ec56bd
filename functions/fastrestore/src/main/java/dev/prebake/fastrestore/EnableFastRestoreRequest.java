package dev.prebake.fastrestore;

import java.util.List;

/**
 * What EnableFastRestore is handed.
 *
 * @param snapshotId a completed snapshot
 * @param availabilityZones names of the zones, at least one
 */
public record EnableFastRestoreRequest(String snapshotId, List<String> availabilityZones) {}
