package dev.prebake.fastrestore;

import java.util.List;

/**
 * What EnableFastRestore answers.
 *
 * @param requestedZones zones that it asked AWS for now; those that had Fast Snapshot Restore before aren't among them
 */
public record EnabledFastRestore(List<String> requestedZones) {}
