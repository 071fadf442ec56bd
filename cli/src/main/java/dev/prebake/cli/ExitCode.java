package dev.prebake.cli;

/** The exit codes of every subcommand. */
final class ExitCode {
    /** Done. */
    static final int OK = 0;
    /** The workflow failed, or this machine could not do its part; the reason stands last on standard error. */
    static final int FAILED = 1;
    /** The command line or a file that it names is wrong; nothing was started. */
    static final int USAGE = 2;

    /** A pod that was timed failed, was evicted or was deleted. */
    static final int POD_FAILED = 3;
    /** A pod that was timed was not ready in time; unschedulable and unpullable ones among them. */
    static final int POD_LATE = 4;

    private ExitCode() {}
}
