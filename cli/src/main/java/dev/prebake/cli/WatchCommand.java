package dev.prebake.cli;

import dev.prebake.operate.Execution;
import dev.prebake.operate.Executions;
import dev.prebake.operate.OperateException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import software.amazon.awssdk.services.sfn.SfnClient;

/** Follows an execution. */
@Command(
        name = "watch",
        description = {
            "Follows a bake to its end: its states, the attempts that failed, how far the bake is and how long it takes.",
            "",
            "One that has ended is shown whole. Ctrl-C ends the following alone."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./prebake watch",
            "  ./prebake watch nightly-7",
            "  ./prebake watch arn:aws:states:us-east-1:111122223333:execution:ImageCache:nightly-7 -o json",
            "",
            "Exit codes: 0 it succeeded; 1 it failed, was stopped, or can't be followed; 2 wrong usage."
        })
final class WatchCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "EXECUTION",
            arity = "0..1",
            description = "An execution's name or ARN. Default: the newest.")
    private @Nullable String execution;

    @Mixin
    private final OperateOptions options = new OperateOptions();

    @Override
    public Integer call() {
        SfnClient states = OperateOptions.states();
        return new Following(states, options).follow(arn(states));
    }

    private String arn(SfnClient states) {
        if (execution != null && execution.startsWith("arn:")) {
            return execution;
        }
        Executions executions = options.executions(states);
        if (execution != null) {
            return executions.arn(execution);
        }
        return executions
                .newest()
                .map(Execution::executionArn)
                .orElseThrow(() -> new OperateException(
                        executions.stateMachineArn() + " has no executions yet. Start one: ./prebake start --follow"));
    }
}
