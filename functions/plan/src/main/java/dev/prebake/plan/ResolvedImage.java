package dev.prebake.plan;

import java.util.List;

/**
 * An image as its registry has it now.
 *
 * @param digest what the reference stands for, an index or a manifest
 * @param manifestDigest the platform's manifest; the same as {@code digest} when there is no index
 * @param layers the manifest's layers, lowest first; one that occurs twice is in here twice
 */
record ResolvedImage(String digest, String manifestDigest, List<Layer> layers) {
    /**
     * A layer as the registry serves it.
     *
     * @param digest digest of the compressed bytes
     * @param bytes number of compressed bytes
     */
    record Layer(String digest, long bytes) {}

    /** Sum of the layers, in compressed bytes. */
    long compressedBytes() {
        return layers.stream().mapToLong(Layer::bytes).reduce(0, VolumeSizing::saturatedSum);
    }
}
