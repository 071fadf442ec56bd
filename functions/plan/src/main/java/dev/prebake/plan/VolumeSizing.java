package dev.prebake.plan;

import dev.prebake.kernel.PlannedVolume;
import dev.prebake.registry.ResolvedImage;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How large the data volume must be.
 *
 * <p>At its fullest, during the pull, it holds every compressed layer beside the unpacked ones. The published example of a
 * GPU image, {@code nvcr.io/nvidia/pytorch:24.08-py3}, has 9.5 GB of compressed layers that unpack to 20.4 GB, 2.15 times
 * as much; with the compressed ones that is 3.15 times. The file system's own needs come on top.
 *
 * @param compressedBytes the images' layers, in compressed bytes; a layer that images share counts once
 */
record VolumeSizing(long compressedBytes) {
    /** The largest gp3 volume, in GiB (https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html). */
    static final int MAX_GIB = 65_536;

    private static final long GIB = 1L << 30;
    private static final int LEAST_AUTOMATIC_GIB = 10;
    /** More compressed bytes than fit any volume; counting stops here, so that no sum overflows. */
    private static final long COUNTED_BYTES = 1L << 50;

    private static final int GP3_LEAST_IOPS = 3_000;
    /** gp3 takes at most so many IOPS a GiB, and at most a quarter MiB/s an IOPS (same page). */
    private static final int GP3_IOPS_PER_GIB = 500;

    private static final int GP3_IOPS_PER_MIBPS = 4;

    /** Sizes a volume for these images together. */
    static VolumeSizing of(Collection<ResolvedImage> images) {
        Map<String, Long> distinct = new HashMap<>();
        for (ResolvedImage image : images) {
            for (ResolvedImage.Layer layer : image.layers()) {
                distinct.merge(layer.digest(), layer.bytes(), Math::max);
            }
        }
        return new VolumeSizing(
                distinct.values().stream().mapToLong(Long::longValue).reduce(0, ResolvedImage::saturatedSum));
    }

    /** The least size that a bake fits, in GiB: 3.2 times the compressed bytes, and 1 GiB. */
    long requiredGiB() {
        return Math.ceilDiv(countedBytes() * 16, 5 * GIB) + 1;
    }

    /**
     * The size when the input gives none, in GiB: four times the compressed bytes and 4 GiB, for images that unpack to more
     * than usual; at least 10 GiB, at most the largest volume.
     */
    int automaticGiB() {
        long wanted = Math.ceilDiv(countedBytes() * 4, GIB) + 4;
        return Math.clamp(wanted, LEAST_AUTOMATIC_GIB, MAX_GIB);
    }

    /** Why a volume of this size (automatic when absent) won't do, or nothing when it will. */
    Optional<String> problem(@Nullable Integer explicitGiB) {
        long needed = requiredGiB();
        if (explicitGiB != null && explicitGiB < needed) {
            return Optional.of("volumeSizeGiB: " + explicitGiB + " GiB is too small: the images have " + inGiB()
                    + " GiB of compressed layers, and the bake needs 3.2 times as much and 1 GiB, for it holds the"
                    + " compressed layers beside the unpacked ones; give "
                    + (needed <= MAX_GIB ? needed + " or more, or leave the field out" : "fewer images"));
        }
        if (needed > MAX_GIB) {
            return Optional.of(
                    "images: they have " + inGiB() + " GiB of compressed layers, and the bake needs 3.2 times as"
                            + " much; the largest volume has " + MAX_GIB + " GiB; give fewer images");
        }
        return Optional.empty();
    }

    /** The volume; IOPS and throughput only as high as gp3 allows for its size. */
    PlannedVolume volume(@Nullable Integer explicitGiB, int iops, int throughputMiBps) {
        int sizeGiB = explicitGiB == null ? automaticGiB() : explicitGiB;
        int allowedIops = Math.min(iops, Math.max(GP3_LEAST_IOPS, sizeGiB * GP3_IOPS_PER_GIB));
        return new PlannedVolume(sizeGiB, allowedIops, Math.min(throughputMiBps, allowedIops / GP3_IOPS_PER_MIBPS));
    }

    private long countedBytes() {
        return Math.min(compressedBytes, COUNTED_BYTES);
    }

    /** With one digit behind the point, rounded up, so that nothing but nothing is 0.0. */
    private String inGiB() {
        long tenths = Math.ceilDiv(countedBytes() * 10, GIB);
        return (compressedBytes > COUNTED_BYTES ? "over " : "") + tenths / 10 + "." + tenths % 10;
    }
}
