package dev.prebake.plan;

import dev.prebake.kernel.BakedSnapshot;
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
 * <p>A bake from a base adds what is new before it removes what is no longer wanted. So it needs what the base uses beside
 * what the same bake needs from empty, as if none of the base's layers were wanted any more: which ones are isn't known
 * before the bake. EBS makes no volume smaller than the one its snapshot was taken from
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html). Since every later bake inherits a
 * volume's size, and Fast Snapshot Restore gets slower with it, a base may double it and no more.
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

    /** How many times as large as from empty a base may make a volume. */
    private static final int MOST_TIMES_LARGER = 2;

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

    /** The size of a volume that begins empty, in GiB. */
    int sizeGiB(@Nullable Integer explicitGiB) {
        return explicitGiB == null ? automaticGiB() : explicitGiB;
    }

    /**
     * The size of a volume made from a base, in GiB: the explicit one, or the automatic one unless more is needed. Needed are
     * the base's own size, and its used bytes beside {@link #requiredGiB}.
     *
     * @return nothing when the base won't do: it doesn't say how much it uses, the explicit size is too small for it, or it
     *     would more than double the automatic size
     */
    Optional<Integer> sizeGiBFrom(BakedSnapshot base, @Nullable Integer explicitGiB) {
        if (base.usedBytes() == null) {
            return Optional.empty();
        }
        long needed = Math.max(base.volumeSizeGiB(), Math.ceilDiv(base.usedBytes(), GIB) + requiredGiB());
        if (explicitGiB != null) {
            return needed > explicitGiB ? Optional.empty() : Optional.of(explicitGiB);
        }
        int automatic = automaticGiB();
        long most = Math.min((long) automatic * MOST_TIMES_LARGER, MAX_GIB);
        return needed > most ? Optional.empty() : Optional.of(Math.max(automatic, (int) needed));
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
    PlannedVolume volume(int sizeGiB, int iops, int throughputMiBps, @Nullable String kmsKeyArn) {
        int allowedIops = Math.min(iops, Math.max(GP3_LEAST_IOPS, sizeGiB * GP3_IOPS_PER_GIB));
        return new PlannedVolume(
                sizeGiB, allowedIops, Math.min(throughputMiBps, allowedIops / GP3_IOPS_PER_MIBPS), kmsKeyArn);
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
