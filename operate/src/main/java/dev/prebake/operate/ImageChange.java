package dev.prebake.operate;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.prebake.plan.ImagePreview;
import dev.prebake.publish.ManifestImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An image of the published snapshot against what it would be now.
 *
 * @param reference its reference
 * @param change how the two differ
 * @param publishedDigest what the published snapshot has; absent when it hasn't the image
 * @param currentDigest what the reference stands for now; absent when nobody asks for it any more, or its registry doesn't give it
 * @param problem what its registry answered instead; absent unless it doesn't give it
 */
public record ImageChange(
        String reference,
        Kind change,
        @Nullable String publishedDigest,
        @Nullable String currentDigest,
        @Nullable String problem) {
    /** How an image has changed. */
    public enum Kind {
        /** The same digest. */
        @JsonProperty("unchanged")
        UNCHANGED,
        /** Another digest. */
        @JsonProperty("changed")
        CHANGED,
        /** Its registry doesn't have it any more, or doesn't give it. */
        @JsonProperty("gone")
        GONE,
        /** Asked for, and not in the published snapshot. */
        @JsonProperty("new")
        NEW,
        /** In the published snapshot, and not asked for any more. */
        @JsonProperty("removed")
        REMOVED,
        /** Its registry had trouble of its own, which may pass. */
        @JsonProperty("unknown")
        UNKNOWN
    }

    /**
     * Compares them by their digests.
     *
     * @param published the published snapshot's images
     * @param current what is asked for, as it is now
     * @return first what is asked for, in its order, then what isn't any more
     */
    public static List<ImageChange> between(List<ManifestImage> published, List<ImagePreview> current) {
        Map<String, String> digests = new LinkedHashMap<>();
        published.forEach(image -> digests.put(image.reference(), image.digest()));
        List<ImageChange> changes = new ArrayList<>();
        for (ImagePreview now : current) {
            String before = digests.remove(now.reference());
            changes.add(new ImageChange(now.reference(), kind(before, now), before, now.digest(), now.problem()));
        }
        digests.forEach(
                (reference, digest) -> changes.add(new ImageChange(reference, Kind.REMOVED, digest, null, null)));
        return List.copyOf(changes);
    }

    private static Kind kind(@Nullable String before, ImagePreview now) {
        if (now.digest() == null) {
            return now.mayPass() ? Kind.UNKNOWN : Kind.GONE;
        }
        if (before == null) {
            return Kind.NEW;
        }
        return before.equals(now.digest()) ? Kind.UNCHANGED : Kind.CHANGED;
    }
}
