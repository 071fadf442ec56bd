package dev.prebake.lab.states;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** The events of one execution so far. Written by the execution's thread, read by any. */
final class History {
    private final List<HistoryEvent> events = new ArrayList<>();
    private final HistoryListener listener;

    /** @param past what was recorded before an execution was redriven; the listener has seen it */
    History(HistoryListener listener, List<HistoryEvent> past) {
        this.listener = listener;
        events.addAll(past);
    }

    /** Adds an event that follows from the last one, and returns its id. */
    long add(Instant at, HistoryEventType type, HistoryDetails details) throws HistoryFullException {
        return add(at, type, lastId(), details);
    }

    long add(Instant at, HistoryEventType type, long previousEventId, HistoryDetails details)
            throws HistoryFullException {
        if (!type.isLast() && lastId() == Limits.HISTORY_EVENTS - 1) {
            throw new HistoryFullException();
        }
        var event = new HistoryEvent(lastId() + 1, previousEventId, at.truncatedTo(ChronoUnit.MILLIS), type, details);
        synchronized (events) {
            events.add(event);
        }
        listener.happened(event);
        return event.id();
    }

    /**
     * The event that the next one follows from when a field of a state can't be evaluated: AWS then skips the event of
     * entering that state.
     */
    long idBeforeEntered(long enteredId) {
        synchronized (events) {
            HistoryEvent last = events.getLast();
            return last.id() == enteredId ? last.previousEventId() : last.id();
        }
    }

    long lastId() {
        synchronized (events) {
            return events.size();
        }
    }

    List<HistoryEvent> snapshot() {
        synchronized (events) {
            return List.copyOf(events);
        }
    }
}
