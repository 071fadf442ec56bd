package dev.prebake.plan;

import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.PlannedImage;
import dev.prebake.kernel.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What determines a baked volume's content, as one short text: snapshots with equal fingerprints are interchangeable.
 *
 * <p>It is the SHA-256 of the lines of {@link #canonicalText}. The order of the images doesn't matter, nor does anything
 * that only changes how fast or where the volume is made.
 */
final class Fingerprint {
    /** Changes with the meaning of the lines. */
    private static final String FORMAT = "prebake-fingerprint 1";
    /** Changes when the bake lays volumes out in another way, so that older snapshots are no longer reused. */
    private static final String VOLUME_FORMAT = "volume xfs 1";

    private Fingerprint() {}

    /**
     * The fingerprint, 64 hex digits.
     *
     * @param explicitGiB size of the volume where the input gives one, for a snapshot of another size is another snapshot;
     *     an automatic size follows from the images, and is larger only for the sake of a base
     */
    static String of(Architecture architecture, Collection<PlannedImage> images, @Nullable Integer explicitGiB) {
        return Sha256.hex(canonicalText(architecture, images, explicitGiB).getBytes(StandardCharsets.UTF_8));
    }

    /** The text that is hashed: a line each, none of whose parts can hold a space or a line break. */
    static String canonicalText(
            Architecture architecture, Collection<PlannedImage> images, @Nullable Integer explicitGiB) {
        StringBuilder text = new StringBuilder();
        text.append(FORMAT).append('\n').append(VOLUME_FORMAT).append('\n');
        text.append("architecture ").append(architecture.ociName()).append('\n');
        images.stream()
                .sorted(Comparator.comparing(PlannedImage::reference))
                .forEach(image -> text.append("image ")
                        .append(image.reference())
                        .append(' ')
                        .append(image.digest())
                        .append(' ')
                        .append(image.manifestDigest())
                        .append('\n'));
        if (explicitGiB != null) {
            text.append("sizeGiB ").append(explicitGiB).append('\n');
        }
        return text.toString();
    }
}
