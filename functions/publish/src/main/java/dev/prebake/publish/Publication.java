package dev.prebake.publish;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a cache has published, as it was read.
 *
 * @param manifestText value of the manifest's parameter; absent when there is none
 * @param manifestVersion its version; 0 when there is none
 * @param snapshotId value of the ID's parameter; absent when there is none
 * @param idVersion its version; 0 when there is none
 */
record Publication(
        @Nullable String manifestText,
        long manifestVersion,
        @Nullable String snapshotId,
        long idVersion) {
    /** The manifest, of whatever snapshot; empty when there is none that can be read. */
    Optional<Manifest> manifest() {
        return Optional.ofNullable(manifestText).flatMap(Manifest::parse);
    }

    /** The manifest of the published snapshot; empty when who published it is not known. */
    Optional<Manifest> published() {
        return manifest().filter(manifest -> manifest.snapshotId().equals(snapshotId));
    }

    /** What is to be published when this is and {@code wanted} is asked for: it, unless that would be going back. */
    Manifest notBackFrom(Manifest wanted) {
        return published()
                .filter(published -> published.planned().isAfter(wanted.planned()))
                .orElse(wanted);
    }

    /** Whether the manifest isn't the wanted one, to the last detail. */
    boolean lacksManifest(Manifest wanted) {
        return !manifest().equals(Optional.of(wanted));
    }

    /** Whether another snapshot's ID is published, or none. */
    boolean lacksId(Manifest wanted) {
        return !wanted.snapshotId().equals(snapshotId);
    }

    /** Whether nodes, or who reads the manifest, see something else than they would: more than when it was decided. */
    boolean differsFrom(Manifest wanted) {
        return lacksId(wanted)
                || !manifest()
                        .map(manifest -> manifest.planned(wanted.planned()))
                        .equals(Optional.of(wanted));
    }
}
