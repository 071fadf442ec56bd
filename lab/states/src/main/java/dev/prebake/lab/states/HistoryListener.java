package dev.prebake.lab.states;

/** Sees an execution's events as they happen, on the execution's own thread, which waits for it. */
@FunctionalInterface
public interface HistoryListener {
    void happened(HistoryEvent event);
}
