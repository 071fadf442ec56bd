package dev.prebake.kernel;

import org.jspecify.annotations.Nullable;

/**
 * An image on a baked volume.
 *
 * @param reference name under which pods find it
 * @param digest index or manifest that was pulled
 * @param manifestDigest manifest of the platform
 * @param compressedBytes sum of its layers as the registry served them, in bytes
 * @param unpackedBytes sum of its layers' snapshots, in bytes; layers shared with other images count in each; absent where they
 *     were not unpacked
 * @param layers number of layers
 */
public record BakedImage(
        String reference,
        String digest,
        String manifestDigest,
        long compressedBytes,
        @Nullable Long unpackedBytes,
        int layers) {}
