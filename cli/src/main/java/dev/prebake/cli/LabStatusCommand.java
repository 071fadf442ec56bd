package dev.prebake.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says whether a lab serves, and how to reach it. */
@Command(
        name = "status",
        description = "Says whether a lab serves this home, and how to reach it.",
        mixinStandardHelpOptions = true,
        footer = {"", "Exit codes: 0 a lab serves; 1 none does."})
final class LabStatusCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Override
    public Integer call() {
        Optional<LabFile.Lab> running = new LabFile(LocalCommand.home()).running();
        running.ifPresent(lab -> lab.lines().forEach(spec.commandLine().getOut()::println));
        spec.commandLine().getOut().flush();
        Terminal.of(spec.commandLine().getErr())
                .line(running.map(lab -> "prebake: a lab serves " + LocalCommand.home() + " as process " + lab.pid())
                        .orElseGet(() -> "prebake: no lab serves " + LocalCommand.home()));
        return running.isPresent() ? ExitCode.OK : ExitCode.FAILED;
    }
}
