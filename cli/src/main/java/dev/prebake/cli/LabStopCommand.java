package dev.prebake.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Stops a lab, and returns when it has ended. */
@Command(
        name = "stop",
        description = "Stops the lab that serves this home. What runs is aborted; what has ended is kept.",
        mixinStandardHelpOptions = true)
final class LabStopCommand implements Callable<Integer> {
    private static final Duration LONGEST_END = Duration.ofSeconds(60);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        Terminal terminal = Terminal.of(spec.commandLine().getErr());
        ProcessHandle process = new LabFile(LocalCommand.home())
                .running()
                .flatMap(LabFile.Lab::process)
                .orElse(null);
        if (process == null) {
            terminal.line("prebake: no lab serves " + LocalCommand.home());
            return ExitCode.OK;
        }
        process.destroy();
        try {
            process.onExit().get(LONGEST_END.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "The lab, process " + process.pid() + ", still runs " + LONGEST_END.toSeconds()
                            + " s after it was told to stop. Its log may say why: ./prebake lab logs",
                    e);
        }
        terminal.line("prebake: the lab has stopped.");
        return ExitCode.OK;
    }
}
