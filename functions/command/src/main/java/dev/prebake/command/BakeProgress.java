package dev.prebake.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.prebake.kernel.Json;
import dev.prebake.kernel.Poll;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A line of the bake script's progress (see {@code bake/README.md}).
 *
 * @param phase prepare, pull, verify or finish
 * @param image reference of the image in work; absent between images
 * @param doneBytes compressed bytes done, of the whole bake
 * @param totalBytes compressed bytes to do; 0 when not known
 */
public record BakeProgress(String phase, @Nullable String image, long doneBytes, long totalBytes) {
    /** Refuses a line that is JSON, but no progress. */
    public BakeProgress {
        Objects.requireNonNull(phase, "no phase");
    }

    /** The newest progress among a log's lines, oldest first; what isn't progress, or is cut off, is passed over. */
    static @Nullable BakeProgress newest(List<String> lines) {
        return lines.reversed().stream()
                .map(BakeProgress::parse)
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(null);
    }

    /** The progress in a line, if it is one. */
    static Optional<BakeProgress> parse(String line) {
        if (!line.startsWith("{")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.mapper().readValue(line, BakeProgress.class));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /**
     * When to look again, in seconds, 5 to 15: a quarter of what the bake still needs at its pace so far, so that a long
     * bake is asked rarely, and its end is seen soon. 5 while there is no pace to go by.
     */
    static int waitSeconds(@Nullable BakeProgress progress, Poll poll) {
        if (progress == null || progress.doneBytes <= 0 || progress.doneBytes >= progress.totalBytes) {
            return 5;
        }
        double remaining = (double) (progress.totalBytes - progress.doneBytes) / progress.doneBytes;
        return Math.clamp((long) (remaining * poll.elapsed().toSeconds() / 4), 5, 15);
    }
}
