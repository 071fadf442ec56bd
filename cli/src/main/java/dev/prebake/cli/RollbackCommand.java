package dev.prebake.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.operate.AwsCalls;
import dev.prebake.operate.Cache;
import dev.prebake.operate.CacheReports;
import dev.prebake.operate.Deployment;
import dev.prebake.operate.Executions;
import dev.prebake.operate.ImageChange;
import dev.prebake.operate.RollbackPlan;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.ssm.SsmClient;

/** Publishes an earlier snapshot again. */
@Command(
        name = "rollback",
        description = {
            "Publishes an earlier snapshot of a cache again, by an execution of the workflow that bakes nothing and asks no"
                    + " registry. It says first what that changes.",
            "",
            "Fast Snapshot Restore and node groups are those of the cache's newest bake. An execution of the cache that is under"
                    + " way goes first."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./prebake rollback --dry-run",
            "  ./prebake rollback --follow",
            "  ./prebake rollback --to snap-087cd304cd9133f64 -o json",
            "",
            "Exit codes: 0 started, and with --follow succeeded; 1 refused, or with --follow failed; 2 wrong usage."
        })
final class RollbackCommand implements Callable<Integer> {
    @Option(
            names = "--to",
            paramLabel = "SNAPSHOT",
            description =
                    "A snapshot's ID, or previous for what was published before what is now. Default: ${DEFAULT-VALUE}.",
            defaultValue = "previous")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private String to;

    @Option(names = "--dry-run", description = "Only say what it would do.")
    private boolean dryRun;

    @Mixin
    private final CacheOption cacheOption = new CacheOption();

    @Mixin
    private final ExecutionOptions execution = new ExecutionOptions();

    @Mixin
    private final OperateOptions options = new OperateOptions();

    @Override
    public Integer call() {
        SfnClient states = OperateOptions.states();
        Deployment deployment = options.deployment(states);
        Cache cache = cacheOption.find(states, deployment);
        RollbackPlan plan = new CacheReports(
                        states,
                        AwsCalls.connect(SsmClient.builder()),
                        AwsCalls.connect(Ec2Client.builder()),
                        deployment)
                .rollback(cache, to);
        List<String> words = words(plan, deployment.effective(plan.input()));
        if (dryRun) {
            words.add("nothing was started: --dry-run");
            options.print(new Started(plan, null), words);
            return ExitCode.OK;
        }
        Terminal terminal = Terminal.of(options.commandLine().getErr());
        words.forEach(terminal::line);
        Executions executions = new Executions(states, deployment.stateMachineArn());
        String arn = executions.start(execution.name("rollback"), plan.input().toString());
        if (execution.follow()) {
            return new Following(states, options).follow(arn);
        }
        options.printWhole(new Started(plan, arn), StartCommand.started(arn));
        return ExitCode.OK;
    }

    private static List<String> words(RollbackPlan plan, JsonNode effective) {
        List<String> words = new ArrayList<>();
        words.add("cache " + plan.cacheName() + ", published in " + plan.parameterName() + ": from " + plan.from()
                + " to " + plan.to() + " of " + plan.startedAt().truncatedTo(ChronoUnit.SECONDS) + " by "
                + plan.bakedBy());
        List<ImageChange> images = plan.images();
        if (images == null) {
            words.add("  what changes isn't known: there is no manifest of what is published now");
        } else {
            images.forEach(image -> words.add("  " + ImageChangeText.words(image)));
        }
        words.add("Fast Snapshot Restore: " + listed(effective.path("fastRestoreZones"), "off")
                + "; node groups renewed: " + listed(effective.path("nodeGroups"), "none"));
        words.add(
                "The next bake, a scheduled one too, publishes what its images are then: pin them by digest, or switch the"
                        + " schedule off.");
        return words;
    }

    private static String listed(JsonNode names, String none) {
        return names.isEmpty()
                ? none
                : names.valueStream().map(JsonNode::asText).collect(Collectors.joining(", "));
    }

    /**
     * What was started, or would be.
     *
     * @param plan what it does
     * @param executionArn the execution; absent on a dry run
     */
    record Started(
            @JsonUnwrapped RollbackPlan plan, @Nullable String executionArn) {}
}
