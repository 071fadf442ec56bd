package dev.prebake.cli;

import dev.prebake.operate.Execution;
import dev.prebake.operate.Executions;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Lists executions. */
@Command(
        name = "list",
        description =
                "Lists the deployment's bakes, newest first, and what came out of each. Step Functions forgets them 90 days"
                        + " after their end.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  ./prebake list", "  ./prebake list --status failed -n 50 -o json"})
final class ListCommand implements Callable<Integer> {
    /** One request each, for what came out of it. */
    private static final int MOST = 1000;

    @Option(names = "--status", paramLabel = "STATUS", description = "Those alone that are ${COMPLETION-CANDIDATES}.")
    private @Nullable Status status;

    @Option(
            names = {"-n", "--number"},
            paramLabel = "COUNT",
            description = "How many at most, 1 to " + MOST + ". Default: ${DEFAULT-VALUE}.",
            defaultValue = "10")
    private int number;

    @Mixin
    private final OperateOptions options = new OperateOptions();

    @Override
    public Integer call() {
        if (number < 1 || number > MOST) {
            throw new ParameterException(options.commandLine(), "-n " + number + " is not from 1 to " + MOST + ".");
        }
        Executions executions = options.executions(OperateOptions.states());
        List<Execution> newest =
                executions.newest(status == null ? null : status.name().toUpperCase(Locale.ROOT), number);
        options.print(
                new Listed(executions.stateMachineArn(), newest),
                newest.isEmpty() ? List.of(none()) : ExecutionText.table(newest, Terminal.outColumns()));
        return ExitCode.OK;
    }

    private String none() {
        return status == null
                ? "no executions yet; start one: ./prebake start --follow"
                : "no executions that are " + status;
    }

    /** Named as they are typed. */
    private enum Status {
        running,
        succeeded,
        failed,
        timed_out,
        aborted
    }

    /**
     * The list.
     *
     * @param stateMachineArn whose executions they are
     * @param executions newest first
     */
    record Listed(String stateMachineArn, List<Execution> executions) {}
}
