package dev.prebake.cli;

import dev.prebake.operate.AwsCalls;
import dev.prebake.operate.Deployment;
import dev.prebake.operate.Execution;
import dev.prebake.operate.Executions;
import dev.prebake.operate.Sweeper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.sfn.SfnClient;

/** Has the sweeper sweep now. */
@Command(
        name = "sweep",
        description = {
            "Removes what executions left that were stopped, ran out of time or were lost: instances, volumes, unfinished"
                    + " snapshots, and Fast Snapshot Restore on what isn't published. The deployment's own function does it, which"
                    + " also does so each hour, under its own role.",
            "",
            "Nothing goes of an execution that runs, that ended less than ten minutes ago, of another workflow, or of anybody"
                    + " else."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./prebake sweep --dry-run",
            "  ./prebake sweep -o json",
            "",
            "Exit codes: 0 swept; 1 AWS refused, also to remove something; 2 wrong usage."
        })
final class SweepCommand implements Callable<Integer> {
    @Option(names = "--dry-run", description = "Only say what it would remove.")
    private boolean dryRun;

    @Option(
            names = "--function",
            paramLabel = "NAME",
            description = "The sweeper's name or ARN. Default: the only one in this account and region.")
    private @Nullable String function;

    @Mixin
    private final OperateOptions options = new OperateOptions();

    @Override
    public Integer call() {
        SfnClient states = OperateOptions.states();
        Deployment deployment = options.deployment(states);
        Sweeper sweeper = new Sweeper(AwsCalls.connect(LambdaClient.builder()));
        String name = function == null ? sweeper.only() : function;
        Optional<Execution> newest = new Executions(states, deployment.stateMachineArn()).newest();
        List<Sweeper.Swept> swept = sweeper.sweep(name, deployment, now(newest), dryRun);
        options.print(new Result(deployment.stateMachineArn(), name, dryRun, swept), words(swept));
        return ExitCode.OK;
    }

    /** This machine's clock may be behind AWS's, and the lab's goes ahead of both. */
    private static Instant now(Optional<Execution> newest) {
        return Stream.concat(Stream.of(Instant.now()), newest.map(Execution::startedAt).stream())
                .max(Instant::compareTo)
                .orElseThrow();
    }

    private List<String> words(List<Sweeper.Swept> swept) {
        if (swept.isEmpty()) {
            return List.of("nothing to remove");
        }
        List<String> words = new ArrayList<>();
        words.add(dryRun ? "would remove" : "removed");
        swept.forEach(thing -> words.add("  " + thing.id() + "  " + thing.standing() + ": " + thing.because()));
        return words;
    }

    /**
     * What came of it.
     *
     * @param stateMachineArn whose executions' leftovers were swept
     * @param function the sweeper
     * @param dryRun whether nothing was removed
     * @param swept what was removed, or would be
     */
    record Result(String stateMachineArn, String function, boolean dryRun, List<Sweeper.Swept> swept) {}
}
