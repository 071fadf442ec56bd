package dev.prebake.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Shows how far a bake is: on a terminal by a bar in a line that the next one replaces, elsewhere by a few lines that stay. */
final class BakeBar {
    /** Off a terminal there is a line each so many percent. */
    private static final int PLAIN_STEP = 20;

    private final Terminal terminal;
    private int saidPercent = -PLAIN_STEP;

    BakeBar(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * Shows it.
     *
     * @param time what the line begins with
     * @param left how long the rest takes; absent while that isn't known
     */
    void show(String time, BakeProgress progress, @Nullable Duration left) {
        String eta = left == null ? "" : "about " + Quantities.roughly(left) + " left  ";
        if (terminal.interactive()) {
            terminal.passing(time + progress.bar(eta, terminal.room() - time.length()));
        } else if (progress.percent() >= saidPercent + PLAIN_STEP) {
            saidPercent = progress.percent();
            terminal.line(time + "  " + progress.figures(eta));
        }
    }
}
