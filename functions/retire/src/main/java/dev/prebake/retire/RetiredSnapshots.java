package dev.prebake.retire;

import java.util.List;
import java.util.Map;

/**
 * What RetireSnapshots answers.
 *
 * @param dryRun whether this is only what would be done
 * @param retired the snapshots that were deleted, newest first
 * @param kept those that stay, newest first
 * @param fastRestoreDisabled superseded snapshots on which Fast Snapshot Restore was disabled, and in which availability zones
 */
public record RetiredSnapshots(
        boolean dryRun,
        List<RetiredSnapshot> retired,
        List<KeptSnapshot> kept,
        Map<String, List<String>> fastRestoreDisabled) {}
