package dev.prebake.cli;

import dev.prebake.operate.AwsCalls;
import dev.prebake.operate.Deployment;
import dev.prebake.operate.Executions;
import dev.prebake.operate.StateMachines;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.sfn.SfnClient;

/** What the commands share that operate a deployment: which one, and how the result is printed. */
final class OperateOptions {
    @Option(
            names = "--state-machine",
            paramLabel = "ARN",
            description =
                    "The workflow's state machine. Default: PREBAKE_STATE_MACHINE, else the only one in this account and"
                            + " region.",
            defaultValue = "${env:PREBAKE_STATE_MACHINE}")
    private @Nullable String stateMachine;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.",
            defaultValue = "text")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private Format format;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec command;

    /** The command that these options were given to. */
    CommandLine commandLine() {
        return command.commandLine();
    }

    /** Step Functions, as the SDK's settings say. */
    static SfnClient states() {
        return AwsCalls.connect(SfnClient.builder());
    }

    /** The executions of the deployment that is meant. */
    Executions executions(SfnClient states) {
        return new Executions(states, stateMachineArn(states));
    }

    /** The deployment that is meant. */
    Deployment deployment(SfnClient states) {
        return new StateMachines(states).deployment(stateMachineArn(states));
    }

    private String stateMachineArn(SfnClient states) {
        return stateMachine == null || stateMachine.isBlank() ? new StateMachines(states).only() : stateMachine;
    }

    /** Prints the result, in words that are folded where the terminal is narrow, or as JSON. */
    void print(Object result, List<String> words) {
        printWhole(result, Folded.lines(words, Terminal.outColumns()));
    }

    /** The same, with each line whole: commands to be copied, which a line's end would cut in two. */
    void printWhole(Object result, List<String> lines) {
        PrintWriter out = commandLine().getOut();
        switch (format) {
            case text -> lines.forEach(out::println);
            case json -> out.println(PrettyJson.of(result));
        }
        out.flush();
    }

    /** Named as they are typed. */
    private enum Format {
        text,
        json
    }
}
