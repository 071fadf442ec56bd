package dev.prebake.cli;

import dev.prebake.podtime.ManifestException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what ended a command into words and an exit code; the whole trace only where {@code PREBAKE_DEBUG} asks for it. */
final class FailureReporter implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine commandLine, ParseResult parsed) {
        PrintWriter err = commandLine.getErr();
        err.println("prebake: " + (failure.getMessage() == null ? failure.toString() : failure.getMessage()));
        if (System.getenv("PREBAKE_DEBUG") != null) {
            failure.printStackTrace(err);
        }
        err.flush();
        return failure instanceof UsageException || failure instanceof ManifestException
                ? ExitCode.USAGE
                : commandLine.getCommandSpec().exitCodeOnExecutionException();
    }
}
