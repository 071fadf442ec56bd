package dev.prebake.kernel;

import org.jspecify.annotations.Nullable;

/**
 * What became of the snapshot that a bake's volume was made from.
 *
 * @param snapshotId EBS snapshot ID
 * @param kept whether the bake went on from its content
 * @param discarded why not, in the builder's words: the bake formatted the volume and began empty; absent when kept
 */
public record BakeBase(
        String snapshotId, boolean kept, @Nullable String discarded) {}
