package dev.prebake.lab.states;

/** The history has room for nothing more than the execution's end. */
final class HistoryFullException extends Exception {
    private static final long serialVersionUID = 1;

    HistoryFullException() {
        super("The execution reached the maximum number of history events (%d).".formatted(Limits.HISTORY_EVENTS));
    }
}
