package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.states.ExecutionIdentity;
import dev.prebake.lab.states.ExecutionOutcome;
import dev.prebake.lab.states.ExecutionStatus;
import dev.prebake.lab.states.Interpreter;
import dev.prebake.lab.states.StateMachine;
import dev.prebake.lab.states.TaskFailedException;
import dev.prebake.lab.states.TaskInvoker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A push to ECR")
class RebuildOnPushTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Instant PUSHED = Instant.parse("2026-11-26T03:00:00Z");
    private static final String WORKFLOW = "arn:aws:states:us-east-1:123456789012:stateMachine:cache";
    private static final ExecutionIdentity PUSH = new ExecutionIdentity(
            "arn:aws:states:us-east-1:123456789012:execution:pushes:one",
            "one",
            "arn:aws:states:us-east-1:123456789012:stateMachine:pushes",
            "pushes",
            "arn:aws:iam::123456789012:role/pushes",
            "us-east-1");

    private final LabClock clock = LabClock.frozenAt(PUSHED);
    private final List<JsonNode> lists = new ArrayList<>();
    private final List<JsonNode> starts = new ArrayList<>();

    @Test
    @DisplayName("starts the workflow with an empty input after five minutes, when no later push waits")
    void last() throws Exception {
        ExecutionOutcome outcome = run(PUSH.executionArn());

        assertThat(outcome.status()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(starts)
                .containsExactly(MAPPER.readTree("{\"StateMachineArn\": \"%s\", \"Input\": {}}".formatted(WORKFLOW)));
        assertThat(lists)
                .containsExactly(MAPPER.readTree(
                        "{\"StateMachineArn\": \"%s\", \"StatusFilter\": \"RUNNING\", \"MaxResults\": 1}"
                                .formatted(PUSH.stateMachineArn())));
        assertThat(clock.instant()).isEqualTo(PUSHED.plus(Duration.ofMinutes(5)));
    }

    @Test
    @DisplayName("starts nothing when a later one waits")
    void superseded() throws Exception {
        assertThat(run(PUSH.executionArn().replace(":one", ":two")).status()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(starts).isEmpty();
    }

    @Test
    @DisplayName("starts the workflow all the same when it can't be told whether a later one waits")
    void unknown() throws Exception {
        assertThat(run(null).status()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(lists).hasSize(6);
        assertThat(starts).hasSize(1);
    }

    /** One push's execution, where Step Functions answers that this is the newest that runs, or refuses to answer. */
    private ExecutionOutcome run(@Nullable String newest) throws IOException {
        String definition = Files.readString(Path.of("../statemachine/rebuild-on-push.asl.json"))
                .replace("${StateMachineArn}", WORKFLOW);
        TaskInvoker stepFunctions = (resource, arguments, context) -> switch (resource) {
            case "arn:aws:states:::aws-sdk:sfn:listExecutions" -> {
                lists.add(arguments);
                if (newest == null) {
                    throw new TaskFailedException("Sfn.ThrottlingException", "Rate exceeded");
                }
                yield MAPPER.createObjectNode()
                        .set(
                                "Executions",
                                MAPPER.createArrayNode()
                                        .add(MAPPER.createObjectNode().put("ExecutionArn", newest)));
            }
            case "arn:aws:states:::states:startExecution" -> {
                starts.add(arguments);
                yield MAPPER.createObjectNode().put("ExecutionArn", WORKFLOW + ":started");
            }
            default -> throw new AssertionError("No task has the resource " + resource + ".");
        };
        return new Interpreter(clock, stepFunctions, new Random(1))
                .start(StateMachine.parse(definition), PUSH, MAPPER.createObjectNode(), event -> {})
                .run();
    }
}
