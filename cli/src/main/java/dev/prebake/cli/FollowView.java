package dev.prebake.cli;

import dev.prebake.operate.Happening;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Shows what happens in an execution: a line for each state that does work, when it is entered first, with the time since the
 * start; each failed attempt with its error; and what passes, the bake's bar first of all, in a line that the next one replaces.
 */
final class FollowView {
    private static final int TIME_WIDTH = 13;

    private final Terminal terminal;
    private final Instant startedAt;
    private final BakeBar bar;
    private String saidWords = "";

    FollowView(Terminal terminal, Instant startedAt) {
        this.terminal = terminal;
        this.startedAt = startedAt;
        this.bar = new BakeBar(terminal);
    }

    void show(Happening happening) {
        String time = time(happening.at());
        switch (happening) {
            case Happening.Entered entered -> terminal.line(time + entered.state());
            case Happening.AttemptFailed failed ->
                terminal.line(time + "  " + failed.shortError() + " in " + failed.state()
                        + (failed.message().isEmpty() ? "" : ": " + oneLine(failed.message())));
            case Happening.Redriven _ -> terminal.line(time + "redriven: goes on from where it had failed");
            case Happening.Baking baking ->
                bar.show(
                        time,
                        new BakeProgress(baking.phase(), baking.image(), baking.doneBytes(), baking.totalBytes()),
                        baking.left());
            case Happening.Waiting waiting -> waiting(time, waiting.words());
        }
    }

    private void waiting(String time, String words) {
        if (terminal.interactive()) {
            terminal.passing(time + "  " + words);
        } else if (!words.equals(saidWords)) {
            saidWords = words;
            terminal.line(time + "  " + words);
        }
    }

    private String time(Instant at) {
        String since = Quantities.duration(Duration.between(startedAt, at));
        return String.format(Locale.ROOT, "%" + TIME_WIDTH + "s  ", since);
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ");
    }
}
