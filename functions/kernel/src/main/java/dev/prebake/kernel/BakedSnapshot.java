package dev.prebake.kernel;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A completed snapshot of a cache.
 *
 * @param snapshotId EBS snapshot ID
 * @param volumeSizeGiB size of the volume it was taken from, in GiB
 * @param usedBytes bytes used in its file system; absent when its tag is
 * @param base ID of the snapshot whose content it was baked on; absent when it was baked from empty
 * @param execution name of the execution that baked it
 * @param startedAt when EBS began it
 */
public record BakedSnapshot(
        String snapshotId,
        int volumeSizeGiB,
        @Nullable Long usedBytes,
        @Nullable String base,
        String execution,
        Instant startedAt) {}
