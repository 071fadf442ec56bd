package dev.prebake.lab.states;

/** The execution can't go on: its time is up, or somebody aborted it. */
final class ExecutionStoppedException extends Exception {
    private static final long serialVersionUID = 1;

    private final ExecutionStatus status;

    ExecutionStoppedException(ExecutionStatus status) {
        super(status.name());
        this.status = status;
    }

    ExecutionStatus status() {
        return status;
    }
}
