package dev.prebake.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.BakeReport;
import dev.prebake.kernel.BakedImage;
import dev.prebake.kernel.BakedSnapshot;
import dev.prebake.kernel.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is in a published snapshot, and where it comes from; published beside the snapshot's ID. It counts only for the snapshot that it
 * names: where SSM takes the manifest and then nothing more, it is of one that isn't published.
 *
 * @param snapshotId EBS snapshot ID
 * @param cacheName name of the cache
 * @param fingerprint SHA-256 in hex of what determines the content
 * @param architecture architecture of the images
 * @param images the images
 * @param volumeSizeGiB least size of a volume made from it, in GiB
 * @param usedBytes bytes used in its file system; absent when not known
 * @param base ID of the snapshot whose content it was baked on; absent when it was baked from empty
 * @param bakedBy name of the execution that baked it
 * @param bakedAt when EBS began the snapshot
 * @param plannedAt when the latest execution that published it had decided what to publish: none that decided earlier publishes over it; absent
 *     from before there was such a time
 * @param publishedBy name of the execution that published it first
 * @param publishedAt when it did
 * @param containerd version of the containerd that baked it, which the nodes' must not be older than; absent when not known
 */
public record Manifest(
        String snapshotId,
        String cacheName,
        String fingerprint,
        Architecture architecture,
        List<ManifestImage> images,
        int volumeSizeGiB,
        @Nullable Long usedBytes,
        @Nullable String base,
        String bakedBy,
        Instant bakedAt,
        @Nullable Instant plannedAt,
        String publishedBy,
        Instant publishedAt,
        @Nullable String containerd) {
    /**
     * The manifest to publish.
     *
     * @param published the one that is published now, if any: of the same snapshot, it supplies what only the bake's report
     *     knew, and who published it first, so that publishing again changes nothing
     */
    static Manifest of(PublishRequest request, @Nullable Manifest published) {
        BakedSnapshot snapshot = request.snapshot();
        Manifest same = published != null && snapshot.snapshotId().equals(published.snapshotId()) ? published : null;
        BakeReport report = request.report();
        Map<String, Long> unpackedBytes = unpackedBytes(report, same);
        return new Manifest(
                snapshot.snapshotId(),
                request.plan().cacheName(),
                request.plan().fingerprint(),
                request.plan().architecture(),
                request.plan().images().stream()
                        .map(image -> new ManifestImage(
                                image.reference(),
                                image.digest(),
                                image.compressedBytes(),
                                unpackedBytes.get(image.digest())))
                        .toList(),
                snapshot.volumeSizeGiB(),
                report != null
                        ? Long.valueOf(report.volume().usedBytes())
                        : snapshot.usedBytes() != null || same == null ? snapshot.usedBytes() : same.usedBytes(),
                snapshot.base(),
                snapshot.execution(),
                snapshot.startedAt(),
                same == null || request.plan().plannedAt().isAfter(same.planned())
                        ? request.plan().plannedAt()
                        : same.planned(),
                same == null ? request.execution() : same.publishedBy(),
                same == null ? request.now() : same.publishedAt(),
                report != null ? report.containerd() : same == null ? null : same.containerd());
    }

    /**
     * The manifest to publish for a snapshot that was published before, whatever images there are now.
     *
     * @param earlier the one that was published with it
     * @param isPublished whether it still is: then who published it and when stay
     */
    static Manifest again(PublishRequest request, Manifest earlier, boolean isPublished) {
        Instant plannedAt = request.plan().plannedAt();
        return earlier.with(
                plannedAt.isAfter(earlier.planned()) ? plannedAt : earlier.planned(),
                isPublished ? earlier.publishedBy() : request.execution(),
                isPublished ? earlier.publishedAt() : request.now());
    }

    /** When what it says was decided; the earliest time there is when it doesn't tell. */
    Instant planned() {
        return plannedAt == null ? Instant.EPOCH : plannedAt;
    }

    /** The same, had it been decided at another time. */
    Manifest planned(Instant at) {
        return with(at, publishedBy, publishedAt);
    }

    private Manifest with(Instant planned, String by, Instant at) {
        return new Manifest(
                snapshotId,
                cacheName,
                fingerprint,
                architecture,
                images,
                volumeSizeGiB,
                usedBytes,
                base,
                bakedBy,
                bakedAt,
                planned,
                by,
                at,
                containerd);
    }

    /** A published manifest; empty when the text is none, which then gets overwritten. */
    public static Optional<Manifest> parse(String text) {
        try {
            return Optional.ofNullable(Json.mapper().readValue(text, Manifest.class));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** The JSON text. */
    String toJson() {
        try {
            return Json.mapper().writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new AssertionError("A record of texts, numbers and instants can be written.", e);
        }
    }

    /** By the digest: the same image may be there under two names. */
    private static Map<String, Long> unpackedBytes(@Nullable BakeReport report, @Nullable Manifest same) {
        if (report != null) {
            return report.images().stream()
                    .filter(image -> image.unpackedBytes() != null)
                    .collect(Collectors.toMap(BakedImage::digest, BakedImage::unpackedBytes, (first, second) -> first));
        }
        if (same == null) {
            return Map.of();
        }
        return same.images().stream()
                .filter(image -> image.unpackedBytes() != null)
                .collect(Collectors.toMap(
                        ManifestImage::digest, ManifestImage::unpackedBytes, (first, second) -> first));
    }
}
