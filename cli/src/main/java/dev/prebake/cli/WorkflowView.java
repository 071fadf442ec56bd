package dev.prebake.cli;

import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.states.HistoryDetails;
import dev.prebake.lab.states.HistoryEvent;
import dev.prebake.lab.states.HistoryEventType;
import dev.prebake.operate.BakePace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows an execution as it goes: a line for each state that does work, when it is entered first, with the time since the
 * start; below a bake its progress; and every failed attempt.
 */
final class WorkflowView implements LabObserver {
    private final Terminal terminal;
    private final Supplier<Duration> elapsed;
    private final Supplier<Duration> skipped;
    private final Set<String> worked = new LinkedHashSet<>();
    private final List<String> passed = new ArrayList<>();
    private final BakePace pace = new BakePace();
    private final BakeBar bar;
    private Duration saidSkipped = Duration.ZERO;

    /**
     * Makes a view.
     *
     * @param terminal where it shows
     * @param elapsed real time since the start
     * @param skipped lab time that nobody had to wait for
     */
    WorkflowView(Terminal terminal, Supplier<Duration> elapsed, Supplier<Duration> skipped) {
        this.terminal = terminal;
        this.elapsed = elapsed;
        this.skipped = skipped;
        this.bar = new BakeBar(terminal);
    }

    /** The states passed so far, each once, in the order they were entered first. */
    synchronized List<String> passed() {
        return List.copyOf(passed);
    }

    @Override
    public synchronized void happened(HistoryEvent event) {
        switch (event.details()) {
            case HistoryDetails.StateEntered entered -> entered(event.type(), entered.name());
            case HistoryDetails.StateExited exited when exited.name().equals("StartBake") -> pace.begin(now());
            case HistoryDetails.TaskFailed failed ->
                terminal.line("           " + shortName(failed.error()) + ", see the end");
            default -> {
                // The rest is for the history.
            }
        }
    }

    @Override
    public synchronized void progress(String line) {
        BakeProgress.parse(line)
                .ifPresent(progress ->
                        bar.show(time(), progress, pace.left(now(), progress.doneBytes(), progress.totalBytes())));
    }

    private void entered(HistoryEventType type, String name) {
        if (!passed.contains(name)) {
            passed.add(name);
        }
        sayWhatWasSkipped();
        if (type == HistoryEventType.TASK_STATE_ENTERED && worked.add(name)) {
            terminal.line(time() + name);
        }
    }

    /** Modelled waits pass at once; saying so keeps the figures honest. */
    private void sayWhatWasSkipped() {
        Duration more = skipped.get().minus(saidSkipped);
        if (more.compareTo(Duration.ofMinutes(1)) >= 0) {
            terminal.line("           (passed over " + Quantities.duration(more) + " of modelled waiting)");
        }
        saidSkipped = skipped.get();
    }

    /** Of a clock that shows the time since the start. */
    private Instant now() {
        return Instant.EPOCH.plus(elapsed.get());
    }

    private String time() {
        return String.format(Locale.ROOT, "%7.1f s  ", elapsed.get().toMillis() / 1000.0);
    }

    private static String shortName(@Nullable String error) {
        return error == null ? "failed" : error.substring(error.lastIndexOf('.') + 1);
    }
}
