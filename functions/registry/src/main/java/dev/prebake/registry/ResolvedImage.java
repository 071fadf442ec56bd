package dev.prebake.registry;

import java.util.List;

/**
 * An image as its registry has it now.
 *
 * @param digest what the reference stands for, an index or a manifest
 * @param manifestDigest the platform's manifest; the same as {@code digest} when there is no index
 * @param layers the manifest's layers, lowest first; one that occurs twice is in here twice
 */
public record ResolvedImage(String digest, String manifestDigest, List<Layer> layers) {
    /**
     * A layer as the registry serves it.
     *
     * @param digest digest of the compressed bytes
     * @param bytes number of compressed bytes
     */
    public record Layer(String digest, long bytes) {}

    /** Sum of the layers, in compressed bytes. */
    public long compressedBytes() {
        return layers.stream().mapToLong(Layer::bytes).reduce(0, ResolvedImage::saturatedSum);
    }

    /** {@code a + b}, or the largest number when that is larger: registries can claim any size. */
    public static long saturatedSum(long a, long b) {
        return b > Long.MAX_VALUE - a ? Long.MAX_VALUE : a + b;
    }
}
