package dev.prebake.retire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rule by which a completed snapshot of a cache stays or goes.
 *
 * @param retainSnapshots how many of the newest stay
 * @param publishedSnapshotId the published one
 */
record Retention(int retainSnapshots, String publishedSnapshotId) {
    /**
     * Why the snapshot stays whoever uses it; empty when it goes unless somebody does.
     *
     * @param rank its place among the cache's completed snapshots, the newest being 0
     */
    Optional<String> reasonToKeep(String snapshotId, int rank) {
        if (snapshotId.equals(publishedSnapshotId)) {
            return Optional.of("it is published");
        }
        return rank < retainSnapshots ? Optional.of("it is among the newest " + retainSnapshots) : Optional.empty();
    }

    /** The snapshots that go unless somebody uses them. */
    List<String> candidates(List<String> newestFirst) {
        List<String> candidates = new ArrayList<>();
        for (int rank = 0; rank < newestFirst.size(); rank++) {
            if (reasonToKeep(newestFirst.get(rank), rank).isEmpty()) {
                candidates.add(newestFirst.get(rank));
            }
        }
        return candidates;
    }

    /** Why one of them goes. */
    String reasonToRetire(int rank) {
        return "it is older than the newest " + retainSnapshots + " (number " + (rank + 1)
                + "), and no launch template, volume, image or other account uses it";
    }

    /**
     * The reasons for all of the snapshots.
     *
     * @param newestFirst the cache's completed snapshots
     * @param uses what uses the candidates, in words; those that nothing uses are absent
     */
    Decision decide(List<String> newestFirst, Map<String, String> uses) {
        List<RetiredSnapshot> retired = new ArrayList<>();
        List<KeptSnapshot> kept = new ArrayList<>();
        for (int rank = 0; rank < newestFirst.size(); rank++) {
            String id = newestFirst.get(rank);
            Optional<String> reason = reasonToKeep(id, rank).or(() -> Optional.ofNullable(uses.get(id)));
            if (reason.isPresent()) {
                kept.add(new KeptSnapshot(id, reason.get()));
            } else {
                retired.add(new RetiredSnapshot(id, reasonToRetire(rank)));
            }
        }
        return new Decision(retired, kept);
    }

    /** What stays and what goes, newest first. */
    record Decision(List<RetiredSnapshot> retired, List<KeptSnapshot> kept) {}
}
