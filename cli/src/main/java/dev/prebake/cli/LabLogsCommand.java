package dev.prebake.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what a detached lab has said. */
@Command(
        name = "logs",
        description = "Prints the log of the last detached lab of this home: what it said, each call that changed"
                + " something, and each that failed.",
        mixinStandardHelpOptions = true)
final class LabLogsCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Override
    public Integer call() {
        Path log = DetachedLab.log(LocalCommand.home());
        PrintWriter out = spec.commandLine().getOut();
        try (Stream<String> lines = Files.lines(log)) {
            lines.forEach(out::println);
            out.flush();
            return ExitCode.OK;
        } catch (NoSuchFileException e) {
            throw new UsageException("There is no " + log + ": no lab was started with --detach in this home.", e);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading " + log + " failed.", e);
        }
    }
}
