package dev.prebake.lab.states;

/** Where an execution stands, by AWS's names. */
public enum ExecutionStatus {
    RUNNING,
    SUCCEEDED,
    FAILED,
    TIMED_OUT,
    ABORTED
}
