package dev.prebake.kernel;

/**
 * An image of the plan, pinned to what its reference resolved to.
 *
 * @param reference canonical reference as the user gave it, {@code registry/repository:tag} or {@code …@sha256:…}; pods name
 *     it so
 * @param digest what the reference resolved to at its registry, an index or a manifest; this is pulled
 * @param manifestDigest the manifest of the plan's platform; this is what is unpacked
 * @param compressedBytes sum of the manifest's layers as the registry serves them, in bytes
 * @param layers number of layers
 */
public record PlannedImage(String reference, String digest, String manifestDigest, long compressedBytes, int layers) {}
