package dev.prebake.plan;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which earlier snapshot is published again.
 *
 * @param cacheName the cache
 * @param published IDs of the snapshots that its parameter has had, oldest first; the last one is published now
 * @param described those that manifests describe which were published
 * @param earlier its completed snapshots that may be published: under the deployment's key, where it has one of its own
 */
record Rollback(String cacheName, List<String> published, Set<String> described, EarlierSnapshots earlier) {
    /** Reads it from AWS. */
    static Rollback read(
            BakedSnapshots snapshots,
            PublicationHistory history,
            String cacheName,
            String parameterName,
            @Nullable String kmsKeyArn) {
        return new Rollback(
                cacheName,
                history.published(parameterName),
                history.described(parameterName),
                snapshots.completed(cacheName).encryptedWith(kmsKeyArn));
    }

    /**
     * The snapshot.
     *
     * @param rollbackTo its ID, or {@link ExecutionInput#PREVIOUS}
     * @throws RollbackImpossibleException when there is none
     */
    EarlierSnapshot target(String rollbackTo) {
        return rollbackTo.equals(ExecutionInput.PREVIOUS)
                ? previous()
                        .orElseThrow(() -> impossible(
                                ExecutionInput.PREVIOUS, "none of the snapshots that were published before is kept"))
                : byId(rollbackTo);
    }

    /** What was published last before what is published now, of what is still there: twice leads back. */
    Optional<EarlierSnapshot> previous() {
        return published.reversed().stream()
                .filter(id -> !id.equals(current()))
                .flatMap(id -> find(id).stream())
                .filter(this::isDescribed)
                .findFirst();
    }

    private EarlierSnapshot byId(String id) {
        EarlierSnapshot snapshot = find(id).orElseThrow(() -> impossible(
                id, "it is no completed snapshot of this cache, or under another key than the deployment's"));
        if (!isDescribed(snapshot)) {
            throw impossible(id, "it was never published here, or so long ago that no manifest tells what is in it");
        }
        return snapshot;
    }

    private Optional<EarlierSnapshot> find(String id) {
        return earlier.snapshots().stream()
                .filter(snapshot -> snapshot.snapshot().snapshotId().equals(id))
                .findFirst();
    }

    private boolean isDescribed(EarlierSnapshot snapshot) {
        return described.contains(snapshot.snapshot().snapshotId());
    }

    private String current() {
        return published.isEmpty() ? "" : published.getLast();
    }

    /** Those that it can be, newest first. */
    List<EarlierSnapshot> possible() {
        return earlier.snapshots().stream()
                .filter(this::isDescribed)
                .filter(earlier -> !earlier.snapshot().snapshotId().equals(current()))
                .sorted(EarlierSnapshot.NEWEST_FIRST)
                .toList();
    }

    private RollbackImpossibleException impossible(String rollbackTo, String why) {
        List<String> possible = possible().stream()
                .map(EarlierSnapshot::snapshot)
                .map(snapshot -> snapshot.snapshotId() + " of " + snapshot.startedAt())
                .toList();
        return new RollbackImpossibleException(cacheName, rollbackTo, why, possible);
    }
}
