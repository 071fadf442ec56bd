package dev.prebake.retire;

/**
 * What RetireSnapshots is handed.
 *
 * @param cacheName name of the cache
 * @param retainSnapshots how many of its newest snapshots stay, 1 or more
 * @param publishedSnapshotId the one that is published, which stays whatever its age
 * @param dryRun whether to say only what would be done; not, when absent
 */
public record RetireRequest(String cacheName, int retainSnapshots, String publishedSnapshotId, Boolean dryRun) {
    /** Takes an absent {@code dryRun} for none: the definition may be from before there was one. */
    public RetireRequest {
        dryRun = Boolean.TRUE.equals(dryRun);
    }
}
