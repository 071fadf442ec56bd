package dev.prebake.infra;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Names;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.UniqueResourceNameOptions;
import software.amazon.awscdk.services.events.EventPattern;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.RuleTargetInput;
import software.amazon.awscdk.services.events.targets.SfnStateMachine;
import software.amazon.awscdk.services.logs.ILogGroup;
import software.amazon.awscdk.services.stepfunctions.DefinitionBody;
import software.amazon.awscdk.services.stepfunctions.LogLevel;
import software.amazon.awscdk.services.stepfunctions.LogOptions;
import software.amazon.awscdk.services.stepfunctions.StateMachine;
import software.constructs.Construct;

/**
 * Rebuilds a cache when one of its images is pushed to ECR, once for the pushes of a release.
 *
 * <p>EventBridge has no debounce, so a state machine of three steps waits for the last push. A queue with a batch window and a pipe
 * would need no definition, but hands its target a JSON array, whatever the size of the batch
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html), which is no input of the workflow;
 * and several pollers make several batches of one window.
 */
final class RebuildOnPush extends Construct {
    private final StateMachine waiting;

    /**
     * Makes the rule and what it starts.
     *
     * @param repositories ECR repositories of this account and region
     * @param workflow what is started in the end
     * @param logs log group of the waiting executions
     */
    RebuildOnPush(Construct scope, String cacheName, List<String> repositories, StateMachine workflow, ILogGroup logs) {
        super(scope, "Pushes");
        // Named here, for its role speaks of it before it exists.
        String name = Names.uniqueResourceName(
                this,
                UniqueResourceNameOptions.builder().maxLength(80).separator("-").build());
        waiting = StateMachine.Builder.create(this, "Waiting")
                .stateMachineName(name)
                .definitionBody(DefinitionBody.fromString(definition()))
                .definitionSubstitutions(Map.of("StateMachineArn", workflow.getStateMachineArn()))
                .logs(LogOptions.builder().destination(logs).level(LogLevel.ALL).build())
                .tracingEnabled(true)
                .build();
        waiting.addToRolePolicy(
                HandlerPermissions.on(null, List.of(workflow.getStateMachineArn()), "states:StartExecution"));
        waiting.addToRolePolicy(HandlerPermissions.on(
                null,
                List.of(Stack.of(this)
                        .formatArn(ArnComponents.builder()
                                .service("states")
                                .resource("stateMachine")
                                .resourceName(name)
                                .arnFormat(ArnFormat.COLON_RESOURCE_NAME)
                                .build())),
                "states:ListExecutions"));
        Rule.Builder.create(this, "Rule")
                .description("Rebuilds the image cache " + cacheName + " when one of its images is pushed")
                .eventPattern(EventPattern.builder()
                        .source(List.of("aws.ecr"))
                        .detailType(List.of("ECR Image Action"))
                        .detail(ImageCache.sorted(Map.of(
                                "action-type", List.of("PUSH"),
                                "result", List.of("SUCCESS"),
                                "repository-name", repositories)))
                        .build())
                .targets(List.of(SfnStateMachine.Builder.create(waiting)
                        .input(RuleTargetInput.fromObject(Map.of()))
                        .build()))
                .build();
    }

    /** One execution for each push. */
    StateMachine waiting() {
        return waiting;
    }

    private static String definition() {
        try (InputStream stream = RebuildOnPush.class.getResourceAsStream("rebuild-on-push.asl.json")) {
            if (stream == null) {
                throw new IllegalStateException("The build left out statemachine/rebuild-on-push.asl.json.");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading statemachine/rebuild-on-push.asl.json failed.", e);
        }
    }
}
