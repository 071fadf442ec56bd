package dev.prebake.retire;

import java.util.Optional;

/**
 * The rule by which a completed snapshot of a cache stays or goes.
 *
 * @param retainSnapshots how many of the newest stay
 * @param publishedSnapshotId the published one
 */
record Retention(int retainSnapshots, String publishedSnapshotId) {
    /**
     * Why the snapshot stays; empty when it goes.
     *
     * @param snapshotId the snapshot
     * @param rank its place among the cache's completed snapshots, the newest being 0
     * @param volumeId a volume that was made from it; empty when there is none
     */
    Optional<String> reasonToKeep(String snapshotId, int rank, Optional<String> volumeId) {
        if (snapshotId.equals(publishedSnapshotId)) {
            return Optional.of("it is published");
        }
        if (rank < retainSnapshots) {
            return Optional.of("it is among the newest " + retainSnapshots);
        }
        return volumeId.map(id -> "volume " + id + " was made from it");
    }
}
