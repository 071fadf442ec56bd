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
    private static final int BAR = 30;
    private static final int SHORT_BAR = 10;
    /** Of the figures, percent, time left and bytes take up to 51 columns. */
    private static final int ROOM_FOR_BAR = 100;

    private static final int ROOM_FOR_SHORT_BAR = 64;

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

    /**
     * For a terminal: a bar as far as there is room for one, and the figures.
     *
     * @param more in front of the bytes
     * @param room how many columns there are; what it is about stands last, and may be longer
     */
    String bar(String more, int room) {
        int width = barWidth(room);
        int full = percent() * width / 100;
        return (width == 0 ? "" : "[" + "#".repeat(full) + "-".repeat(width - full) + "] ") + figures(more);
    }

    private static int barWidth(int room) {
        if (room < ROOM_FOR_SHORT_BAR) {
            return 0;
        }
        return room < ROOM_FOR_BAR ? SHORT_BAR : BAR;
    }

    /**
     * The figures alone.
     *
     * @param more in front of the bytes
     */
    String figures(String more) {
        String of = Quantities.bytes(Math.min(doneBytes, totalBytes)) + " of " + Quantities.bytes(totalBytes);
        return percent() + " %  " + more + of + "  " + phase + (image == null ? "" : " " + image);
    }
}
