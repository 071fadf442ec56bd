package dev.prebake.publish;

import org.jspecify.annotations.Nullable;

/**
 * An image in a published snapshot. It has no more than this because 25 of them have to fit an SSM parameter; which manifests
 * stand behind indexes is in the execution's plan.
 *
 * @param reference name under which pods find it
 * @param digest index or manifest that was pulled
 * @param compressedBytes sum of its layers as the registry served them, in bytes
 * @param unpackedBytes sum of its layers unpacked, in bytes; absent when the bake's report isn't at hand
 */
public record ManifestImage(
        String reference,
        String digest,
        long compressedBytes,
        @Nullable Long unpackedBytes) {}
