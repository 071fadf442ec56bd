package dev.prebake.plan;

import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.BakedSnapshot;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The cache's completed snapshots, and which of them serves a new bake.
 *
 * @param snapshots in any order
 */
record EarlierSnapshots(List<EarlierSnapshot> snapshots) {
    /**
     * What a bake starts from.
     *
     * @param snapshot the snapshot
     * @param volumeSizeGiB the size that a volume made from it needs, in GiB
     */
    record Base(BakedSnapshot snapshot, int volumeSizeGiB) {}

    /**
     * Those that a deployment with this key may reuse or start from: what another key encrypts would be published under the wrong one.
     *
     * @param kmsKeyArn the key; absent: any will do, for which key the account's default is can't be seen here
     */
    EarlierSnapshots encryptedWith(@Nullable String kmsKeyArn) {
        return kmsKeyArn == null
                ? this
                : new EarlierSnapshots(snapshots.stream()
                        .filter(earlier -> kmsKeyArn.equals(earlier.kmsKeyArn()))
                        .toList());
    }

    /** The newest one with this fingerprint: it has the content already, so that nothing needs baking. */
    Optional<BakedSnapshot> reuse(String fingerprint) {
        return snapshots.stream()
                .filter(earlier -> fingerprint.equals(earlier.fingerprint()))
                .map(EarlierSnapshot::snapshot)
                .max(Comparator.comparing(BakedSnapshot::startedAt));
    }

    /**
     * The newest one of this architecture, whatever its content, that a volume can reasonably be made from: see
     * {@link VolumeSizing#sizeGiBFrom}. One whose architecture or used bytes aren't tagged is none.
     *
     * @param explicitGiB size of the volume where the input gives one
     */
    Optional<Base> base(Architecture architecture, VolumeSizing sizing, @Nullable Integer explicitGiB) {
        return snapshots.stream()
                .filter(earlier -> architecture.ociName().equals(earlier.architecture()))
                .map(EarlierSnapshot::snapshot)
                .flatMap(snapshot ->
                        sizing.sizeGiBFrom(snapshot, explicitGiB).stream().map(sizeGiB -> new Base(snapshot, sizeGiB)))
                .max(Comparator.comparing(base -> base.snapshot().startedAt()));
    }
}
