package dev.prebake.cli;

import dev.prebake.operate.CacheDiff;
import dev.prebake.operate.ImageChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How images have changed, in words. */
final class ImageChangeText {
    private static final int SHORT_DIGEST = "sha256:".length() + 12;

    private ImageChangeText() {}

    /** A comparison of what is published with what the registries have. */
    static List<String> lines(CacheDiff diff) {
        List<String> lines = new ArrayList<>();
        lines.add("cache " + diff.cacheName() + ": " + diff.snapshotId() + " against the registries"
                + (diff.execution() == null ? "" : ", as " + diff.execution() + " asked for"));
        diff.images().forEach(image -> lines.add("  " + words(image)));
        long differing = diff.images().stream()
                .filter(image -> image.change() != ImageChange.Kind.UNCHANGED)
                .count();
        lines.add(
                differing == 0
                        ? "nothing differs"
                        : differing + " of " + diff.images().size() + " differ");
        return lines;
    }

    /** One image. */
    static String words(ImageChange image) {
        String digests = switch (image.change()) {
            case UNCHANGED, NEW -> shortened(image.currentDigest());
            case CHANGED -> shortened(image.publishedDigest()) + " is now " + shortened(image.currentDigest());
            case REMOVED -> shortened(image.publishedDigest());
            case GONE, UNKNOWN -> String.valueOf(image.problem());
        };
        return String.format(
                Locale.ROOT,
                "%-9s  %s  %s",
                image.change().name().toLowerCase(Locale.ROOT),
                image.reference(),
                digests);
    }

    private static String shortened(@Nullable String digest) {
        return digest == null || digest.length() <= SHORT_DIGEST
                ? String.valueOf(digest)
                : digest.substring(0, SHORT_DIGEST);
    }
}
