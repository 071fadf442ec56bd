package dev.prebake.kernel;

/**
 * The figures of a baked volume.
 *
 * @param volumeId EBS volume ID
 * @param sizeBytes size of the device, in bytes
 * @param usedBytes bytes used in its file system
 */
public record BakedVolume(String volumeId, long sizeBytes, long usedBytes) {}
