package dev.prebake.cli;

import picocli.CommandLine;

/** Where the {@code prebake} command starts. */
public final class Main {
    private Main() {}

    /** Runs the command line and exits with its code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The whole command line, not yet run: tests parse with it. */
    static CommandLine commandLine() {
        return new CommandLine(new PrebakeCommand())
                .setExecutionExceptionHandler(new FailureReporter())
                .setUsageHelpLongOptionsMaxWidth(32)
                .setUsageHelpAutoWidth(true);
    }
}
