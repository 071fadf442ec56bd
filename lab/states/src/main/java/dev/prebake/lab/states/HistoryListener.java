package dev.prebake.lab.states;

/**
 * Sees an execution's events as they happen, on the execution's own thread, which waits for it. What it throws fails the
 * execution with {@code States.Runtime}, unless the event was the execution's end.
 */
@FunctionalInterface
public interface HistoryListener {
    void happened(HistoryEvent event);
}
