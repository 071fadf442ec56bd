package dev.prebake.kernel;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the bake script reports about a finished bake (see {@code bake/README.md}).
 *
 * @param containerd version of the containerd that baked
 * @param images what is on the volume, verified
 * @param volume the volume's figures
 * @param base what became of the base; absent when the volume began empty
 * @param seconds wall time by phase: prepare, pull, verify, finish, total
 */
public record BakeReport(
        String containerd,
        List<BakedImage> images,
        BakedVolume volume,
        @Nullable BakeBase base,
        Map<String, Double> seconds) {
    /** ID of the snapshot whose content the bake went on from; absent when it began empty, or discarded its base. */
    public @Nullable String keptBase() {
        return base != null && base.kept() ? base.snapshotId() : null;
    }
}
