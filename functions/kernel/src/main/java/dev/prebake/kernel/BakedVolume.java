package dev.prebake.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The figures of a baked volume.
 *
 * @param volumeId EBS volume ID
 * @param sizeBytes size of the device, in bytes
 * @param usedBytes bytes used in its file system
 * @param fetchedBytes compressed bytes of the layers that were fetched; absent from reports that don't count them
 */
public record BakedVolume(
        String volumeId,
        long sizeBytes,
        long usedBytes,
        @Nullable Long fetchedBytes) {}
