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
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A push to ECR")
class RebuildOnPushTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Instant PUSHED = Instant.parse("2026-11-26T03:00:00Z");
    private static final String WORKFLOW = RequiredAccess.STATE_MACHINE;
    private static final ExecutionIdentity PUSH = push("pushes");

    /** How the logical ID of what waits for the last push begins. */
    private static final String WAITING = "ImageCachePushesWaiting";

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

    @Test
    @DisplayName(
            "is followed with the roles of the template, which allow the list and the start and no more: without the list it starts all the"
                    + " same, without the start it fails")
    void roles(@TempDir Path folder) throws Exception {
        RolesOfTemplate template = RolesOfTemplate.synthesised(
                folder,
                Map.of(
                        "images",
                        List.of("123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app:1"),
                        "rebuildOnPush",
                        true,
                        "schedule",
                        "rate(1 day)"));
        RolePolicy whole = template.stateMachine(WAITING);
        List<String> actions = whole.statements().stream()
                .flatMap(statement -> RolePolicy.texts(statement.path("Action")).stream())
                .filter(action -> !PermissionsTest.UNSEEN.contains(action))
                .toList();
        assertThat(actions).containsExactlyInAnyOrder("states:ListExecutions", "states:StartExecution");
        ExecutionIdentity push = push(template.stateMachineName(WAITING));

        assertThat(run(push, push.executionArn(), whole::allows).status()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(lists).hasSize(1);
        assertThat(starts).hasSize(1);
        assertThat(run(push, push.executionArn(), without(whole, "states:ListExecutions")::allows)
                        .status())
                .isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(lists).hasSize(1);
        assertThat(starts).hasSize(2);
        assertThat(run(push, push.executionArn(), without(whole, "states:StartExecution")::allows)
                        .status())
                .isEqualTo(ExecutionStatus.FAILED);

        assertThat(template.starters()).hasSize(2).containsKey(WORKFLOW).allSatisfy((started, role) -> {
            assertThat(role.allows(new Access("states:StartExecution", started, Map.of())))
                    .isTrue();
            assertThat(role.statements()).hasSize(1);
        });
    }

    private static RolePolicy without(RolePolicy role, String action) {
        return role.statements().stream()
                .filter(statement -> RolePolicy.texts(statement.path("Action")).contains(action))
                .findFirst()
                .map(statement -> role.without(statement, action))
                .orElseThrow();
    }

    /** One push's execution, where Step Functions answers that this is the newest that runs, or refuses to answer. */
    private ExecutionOutcome run(@Nullable String newest) throws IOException {
        return run(PUSH, newest, access -> true);
    }

    /**
     * @param newest the execution that runs and is the newest; without one, Step Functions refuses to answer
     * @param allowed what the execution's role may do
     */
    private ExecutionOutcome run(ExecutionIdentity push, @Nullable String newest, Predicate<Access> allowed)
            throws IOException {
        String definition = Files.readString(Path.of("../statemachine/rebuild-on-push.asl.json"))
                .replace("${StateMachineArn}", WORKFLOW);
        TaskInvoker stepFunctions = (resource, arguments, context) -> switch (resource) {
            case "arn:aws:states:::aws-sdk:sfn:listExecutions" -> {
                check(allowed, "states:ListExecutions", arguments);
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
                check(allowed, "states:StartExecution", arguments);
                starts.add(arguments);
                yield MAPPER.createObjectNode().put("ExecutionArn", WORKFLOW + ":started");
            }
            default -> throw new AssertionError("No task has the resource " + resource + ".");
        };
        return new Interpreter(clock, stepFunctions, new Random(1))
                .start(StateMachine.parse(definition), push, MAPPER.createObjectNode(), event -> {})
                .run();
    }

    private static void check(Predicate<Access> allowed, String action, JsonNode arguments) throws TaskFailedException {
        String resource = arguments.path("StateMachineArn").asText();
        if (!allowed.test(new Access(action, resource, Map.of()))) {
            throw new TaskFailedException(
                    "Sfn.AccessDeniedException",
                    "User is not authorized to perform: " + action + " on resource: " + resource);
        }
    }

    private static ExecutionIdentity push(String stateMachine) {
        String arn = "arn:aws:states:" + RequiredAccess.REGION + ":" + RequiredAccess.ACCOUNT + ":";
        return new ExecutionIdentity(
                arn + "execution:" + stateMachine + ":one",
                "one",
                arn + "stateMachine:" + stateMachine,
                stateMachine,
                "arn:aws:iam::" + RequiredAccess.ACCOUNT + ":role/pushes",
                RequiredAccess.REGION);
    }
}
