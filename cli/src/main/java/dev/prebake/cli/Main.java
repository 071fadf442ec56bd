package dev.prebake.cli;

import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;

/** Where the {@code prebake} command starts. */
public final class Main {
    /** gRPC's Netty warns of a socket option that Unix sockets lack. Held, since loggers that nobody holds are forgotten. */
    private static final Logger NETTY = Logger.getLogger("io.grpc.netty");

    private Main() {}

    /** Runs the command line and exits with its code. */
    public static void main(String[] args) {
        NETTY.setLevel(Level.SEVERE);
        System.exit(commandLine().execute(args));
    }

    /** The whole command line, not yet run: tests parse with it. */
    static CommandLine commandLine() {
        return new CommandLine(new PrebakeCommand())
                .setExecutionExceptionHandler(new FailureReporter())
                .setUsageHelpLongOptionsMaxWidth(32)
                .setUsageHelpWidth(Terminal.helpColumns());
    }
}
