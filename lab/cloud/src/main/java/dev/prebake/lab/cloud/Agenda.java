package dev.prebake.lab.cloud;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done when, each thing when it is due, one after the other, on a thread that begins with the first of them.
 *
 * @param <T> what is to be done
 */
final class Agenda<T> implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Agenda.class.getName());

    private final Timeline timeline;
    private final Consumer<T> work;
    private final Executor threads;
    private final Map<String, Entry<T>> entries = new HashMap<>();
    private boolean begun;
    private boolean closed;

    private record Entry<T>(String key, Instant due, T what) {}

    Agenda(Timeline timeline, Consumer<T> work, Executor threads) {
        this.timeline = timeline;
        this.work = work;
        this.threads = threads;
    }

    /** Puts something down, in place of what stood under its key. */
    synchronized void put(String key, Instant due, T what) {
        entries.put(key, new Entry<>(key, due, what));
        if (!begun && !closed) {
            begun = true;
            threads.execute(this::run);
        }
        timeline.wake();
    }

    /** Strikes out what stands under a key, if anything does. */
    synchronized void remove(String key) {
        entries.remove(key);
        timeline.wake();
    }

    /** Lets what is being done come to its end, and nothing after it. */
    @Override
    public synchronized void close() {
        closed = true;
        timeline.wake();
    }

    private void run() {
        try (Timeline.Presence _ = timeline.join()) {
            while (!isClosed()) {
                Entry<T> due = takeDue();
                if (due == null) {
                    timeline.awaitUntil(earliest());
                } else {
                    perform(due);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void perform(Entry<T> entry) {
        try {
            work.accept(entry.what());
        } catch (RuntimeException e) {
            // What comes after it must not suffer.
            LOGGER.log(System.Logger.Level.ERROR, "What was due for " + entry.key() + " failed in the lab", e);
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized Instant earliest() {
        Entry<T> first = first();
        return first == null ? Instant.MAX : first.due();
    }

    private synchronized @Nullable Entry<T> takeDue() {
        Entry<T> first = first();
        if (first == null || first.due().isAfter(timeline.instant())) {
            return null;
        }
        return entries.remove(first.key());
    }

    private @Nullable Entry<T> first() {
        return entries.values().stream()
                .min(Comparator.<Entry<T>, Instant>comparing(Entry::due).thenComparing(Entry::key))
                .orElse(null);
    }
}
