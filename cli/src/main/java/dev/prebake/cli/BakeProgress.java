package dev.prebake.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.prebake.kernel.Json;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A progress line of the bake script, as it stands in the command's log.
 *
 * @param phase prepare, pull, verify or finish
 * @param image the image that it is about; absent where it is about all
 * @param doneBytes how many bytes of the total are done
 * @param totalBytes the total
 */
record BakeProgress(String phase, @Nullable String image, long doneBytes, long totalBytes) {
    private static final int BAR_WIDTH = 30;

    /** Reads a line; empty for one that isn't progress. */
    static Optional<BakeProgress> parse(String line) {
        if (!line.startsWith("{")) {
            return Optional.empty();
        }
        try {
            BakeProgress progress = Json.mapper().readValue(line, BakeProgress.class);
            // Of somebody else's JSON the phase may be absent, whatever the record says.
            return Optional.ofNullable(progress.phase()).map(_ -> progress);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** How much is done, in percent from 0 to 100. */
    int percent() {
        return totalBytes <= 0 ? 0 : Math.clamp(100 * doneBytes / totalBytes, 0, 100);
    }

    /** A bar for a terminal. */
    String bar() {
        return bar("");
    }

    /** The same with something in front of the phase. */
    String bar(String more) {
        int full = percent() * BAR_WIDTH / 100;
        return "[" + "#".repeat(full) + "-".repeat(BAR_WIDTH - full) + "] " + figures(more);
    }

    /** The figures alone. */
    String figures() {
        return figures("");
    }

    /** The same with something in front of the phase. */
    String figures(String more) {
        String of = Quantities.bytes(Math.min(doneBytes, totalBytes)) + " of " + Quantities.bytes(totalBytes);
        return percent() + " %  " + of + "  " + more + phase + (image == null ? "" : " " + image);
    }
}
