package dev.prebake.fastrestore;

import java.time.Instant;
import java.util.List;

/**
 * What AwaitFastRestore is handed.
 *
 * @param snapshotId the snapshot
 * @param availabilityZones names of the zones, at least one
 * @param volumeSizeGiB size of the volume it was taken from, in GiB
 * @param startedAt when EnableFastRestore was entered
 * @param now when AwaitFastRestore was entered
 */
public record AwaitFastRestoreRequest(
        String snapshotId, List<String> availabilityZones, int volumeSizeGiB, Instant startedAt, Instant now) {}
