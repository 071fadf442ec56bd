package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.catalogue.Definition;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.catalogue.FunctionEntry;
import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.Json;
import dev.prebake.kernel.NodeGroup;
import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.states.Execution;
import dev.prebake.lab.states.ExecutionIdentity;
import dev.prebake.lab.states.ExecutionOutcome;
import dev.prebake.lab.states.ExecutionStatus;
import dev.prebake.lab.states.Interpreter;
import dev.prebake.lab.states.StateMachine;
import dev.prebake.lab.states.TaskFailedException;
import dev.prebake.rollout.AwaitRollOutRequest;
import dev.prebake.rollout.RollOutNodesRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The definition's part between PublishSnapshot and RetireSnapshots, with each function's answers given: the lab has no EKS,
 * so the handlers have their own tests.
 */
@DisplayName("The definition's roll-out")
class RollOutPathTest {
    private static final Instant START = Instant.parse("2026-11-24T05:30:00Z");
    private static final String UPDATE =
            "{\"nodeGroup\":\"ml/gpu\",\"updateId\":\"u-1\",\"launchTemplateVersion\":\"8\"}";

    private final Map<String, Deque<String>> answers = new HashMap<>();
    private final List<String> called = new ArrayList<>();
    private final Map<String, JsonNode> payloads = new HashMap<>();

    @BeforeEach
    void bakedAlready() {
        answer("PublishSnapshot", "{\"snapshotId\":\"snap-1\"}");
        answer("RetireSnapshots", "{\"retired\":[],\"kept\":[]}");
    }

    @Test
    @DisplayName("is passed over when no node group is named, as in a plan from before there were any")
    void off() {
        answer("PlanBake", plan(""));

        ExecutionOutcome outcome = run();

        assertThat(outcome.status()).as(outcome.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(called).containsExactly("PlanBake", "PublishSnapshot", "RetireSnapshots");
    }

    @Test
    @DisplayName("comes after publishing and before retiring, and polls until EKS has renewed the nodes")
    void rollsOut() throws Exception {
        answer("PlanBake", plan(",\"nodeGroups\":[\"ml/gpu\"]"));
        answer("RollOutNodes", "{\"updates\":[" + UPDATE + "],\"upToDate\":[]}");
        answer(
                "AwaitRollOut",
                "{\"done\":false,\"waitSeconds\":90,\"nodeGroups\":{\"ml/gpu\":\"InProgress\"}}",
                "{\"done\":true,\"nodeGroups\":{\"ml/gpu\":\"Successful\"}}");

        ExecutionOutcome outcome = run();

        assertThat(outcome.status()).as(outcome.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(called)
                .containsExactly(
                        "PlanBake",
                        "PublishSnapshot",
                        "RollOutNodes",
                        "AwaitRollOut",
                        "AwaitRollOut",
                        "RetireSnapshots");
        assertThat(Duration.between(outcome.startedAt(), outcome.stoppedAt())).isEqualTo(Duration.ofSeconds(90));
        assertThat(Objects.requireNonNull(outcome.output())
                        .at("/rolledOut/updates/0/launchTemplateVersion")
                        .asText())
                .isEqualTo("8");
        assertThat(payload("RollOutNodes", RollOutNodesRequest.class))
                .isEqualTo(new RollOutNodesRequest(List.of(new NodeGroup("ml", "gpu")), "snap-1", 40, "run-1"));
        AwaitRollOutRequest awaited = payload("AwaitRollOut", AwaitRollOutRequest.class);
        assertThat(awaited.updates()).hasSize(1).first().hasFieldOrPropertyWithValue("updateId", "u-1");
        assertThat(Duration.between(awaited.startedAt(), awaited.now())).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    @DisplayName("goes through when every node group has the snapshot already")
    void upToDate() throws Exception {
        answer("PlanBake", plan(",\"nodeGroups\":[\"ml/gpu\"]"));
        answer("RollOutNodes", "{\"updates\":[],\"upToDate\":[\"ml/gpu\"]}");
        answer("AwaitRollOut", "{\"done\":true,\"nodeGroups\":{}}");

        assertThat(run().status()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(payload("AwaitRollOut", AwaitRollOutRequest.class).updates()).isEmpty();
    }

    @Test
    @DisplayName("waits for a node group that is busy, in lab time, and goes on")
    void busy() {
        answer("PlanBake", plan(",\"nodeGroups\":[\"ml/gpu\"]"));
        answer(
                "RollOutNodes",
                "!dev.prebake.rollout.NodeGroupBusyException",
                "!dev.prebake.rollout.NodeGroupBusyException",
                "{\"updates\":[" + UPDATE + "],\"upToDate\":[]}");
        answer("AwaitRollOut", "{\"done\":true,\"nodeGroups\":{\"ml/gpu\":\"Successful\"}}");

        ExecutionOutcome outcome = run();

        assertThat(outcome.status()).as(outcome.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(Duration.between(outcome.startedAt(), outcome.stoppedAt()))
                .isBetween(Duration.ofSeconds(1), Duration.ofMinutes(1 + 2));
    }

    @Test
    @DisplayName(
            "fails the execution with its own error, retires nothing, and has CleanUp told which parameter is published")
    void failed() {
        answer("PlanBake", plan(",\"nodeGroups\":[\"ml/gpu\"]"));
        answer("RollOutNodes", "{\"updates\":[" + UPDATE + "],\"upToDate\":[]}");
        answer("AwaitRollOut", "!dev.prebake.rollout.RollOutFailedException");
        answer("CleanUp", "{\"done\":true,\"removed\":[]}");

        ExecutionOutcome outcome = run();

        assertThat(outcome.status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(outcome.error()).isEqualTo("dev.prebake.rollout.RollOutFailedException");
        assertThat(called).containsExactly("PlanBake", "PublishSnapshot", "RollOutNodes", "AwaitRollOut", "CleanUp");
        // With it CleanUp knows the published snapshot, and leaves that and its Fast Snapshot Restore alone.
        assertThat(Objects.requireNonNull(payloads.get("CleanUp"))
                        .path("parameterName")
                        .asText())
                .isEqualTo("/prebake/default/snapshot-id");
    }

    private static String plan(String more) {
        return "{\"cacheName\":\"default\",\"fastRestoreZones\":[],\"retainSnapshots\":3,\"compressedBytes\":3,"
                + "\"parameterName\":\"/prebake/default/snapshot-id\","
                + "\"reuse\":{\"snapshotId\":\"snap-1\",\"volumeSizeGiB\":40}" + more + "}";
    }

    /** What a function answers, call by call; what begins with {@code !} is an error's name. */
    private void answer(String function, String... inTurn) {
        answers.put(function, new ArrayDeque<>(List.of(inTurn)));
    }

    private ExecutionOutcome run() {
        Deployment deployment = Deployment.on(Architecture.AMD64, null);
        StateMachine machine = StateMachine.parse(
                Definition.substitute(deployment.substitutions(FunctionCatalogue.load().ofStates().stream()
                        .map(FunctionEntry::name)
                        .toList())));
        String execution = deployment.stateMachineArn().replace(":stateMachine:", ":execution:") + ":run-1";
        Execution started = new Interpreter(
                        LabClock.frozenAt(START), (_, arguments, _) -> invoke(arguments), new Random(1))
                .start(
                        machine,
                        new ExecutionIdentity(
                                execution,
                                "run-1",
                                deployment.stateMachineArn(),
                                Deployment.STATE_MACHINE,
                                "arn:aws:iam::" + Account.ID + ":role/lab",
                                Account.REGION),
                        Json.mapper().createObjectNode(),
                        _ -> {});
        return started.run();
    }

    private JsonNode invoke(JsonNode arguments) throws TaskFailedException {
        String function = arguments.path("FunctionName").asText();
        called.add(function);
        payloads.put(function, arguments.path("Payload"));
        Deque<String> inTurn = answers.get(function);
        if (inTurn == null) {
            throw new TaskFailedException("NotExpected", function + " is not to be called here");
        }
        String answer = inTurn.remove();
        if (answer.startsWith("!")) {
            throw new TaskFailedException(answer.substring(1), "the handler's words");
        }
        ObjectNode response = Json.mapper().createObjectNode();
        try {
            response.set("Payload", Json.mapper().readTree(answer));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(answer, e);
        }
        return response;
    }

    private <T> T payload(String function, Class<T> type) throws JsonProcessingException {
        return Json.mapper().treeToValue(payloads.get(function), type);
    }
}
