package dev.prebake.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.operate.Executions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.sfn.SfnClient;

/** Starts an execution. */
@Command(
        name = "start",
        description = {
            "Starts a bake: an execution of the deployment's workflow, on AWS or wherever AWS_ENDPOINT_URL leads.",
            "",
            "Without options it bakes what the deployment's defaults say; what is in a snapshot already is reused."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./prebake start --follow",
            "  ./prebake start --image registry.k8s.io/pause:3.10 --follow",
            "  ./prebake start --input events/pytorch.json --name nightly-7 -o json",
            "",
            "Exit codes: 0 started, and with --follow succeeded; 1 not started, or with --follow failed; 2 wrong usage."
        })
final class StartCommand implements Callable<Integer> {
    @Option(
            names = "--image",
            paramLabel = "REF",
            description = "An image to bake, in place of the deployment's; may be given several times.")
    private List<String> images = List.of();

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "The input as JSON, as in events/; --image and --force go over it.")
    private @Nullable Path input;

    @Option(names = "--force", description = "Bake from empty, even where a snapshot has the same content.")
    private boolean force;

    @Mixin
    private final ExecutionOptions execution = new ExecutionOptions();

    @Mixin
    private final OperateOptions options = new OperateOptions();

    @Override
    public Integer call() {
        ObjectNode request = InputFile.read(input, images);
        if (force) {
            request.put("force", true);
        }
        SfnClient states = OperateOptions.states();
        Executions executions = options.executions(states);
        String arn = executions.start(execution.name("cli"), request.toString());
        if (execution.follow()) {
            return new Following(states, options).follow(arn);
        }
        options.printWhole(new Started(arn, executions.stateMachineArn(), request), started(arn));
        return ExitCode.OK;
    }

    /** What can be done with an execution that was started. */
    static List<String> started(String arn) {
        return List.of("started " + arn, "follow it: ./prebake watch " + arn, "stop it:   " + Following.stop(arn));
    }

    /**
     * What was started.
     *
     * @param executionArn the execution
     * @param stateMachineArn its state machine
     * @param input its input
     */
    record Started(String executionArn, String stateMachineArn, ObjectNode input) {}
}
