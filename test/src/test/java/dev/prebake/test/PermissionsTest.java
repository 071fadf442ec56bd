package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.catalogue.FunctionEntry;
import dev.prebake.cleanup.SweepHandler;
import dev.prebake.kernel.PrebakeException;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.StopExecutionRequest;

@DisplayName("The roles of the synthesised stack")
@SuppressWarnings("NullAway.Init")
class PermissionsTest {
    /** What no run here asks for, and why it is allowed all the same. */
    private static final Map<String, String> UNUSED = Map.of(
            "PlanBake ecr:GetAuthorizationToken", "no registry of ECR's in reach: AwsRegistryAccessTest calls it",
            "PlanBake ecr:BatchGetImage", "ECR checks it at its registry, which is no API of the lab's",
            "PlanBake ecr:GetDownloadUrlForLayer", "the same, for layers");

    /**
     * What Step Functions itself asks for in the state machine's name, for its log and its traces, and no run here sees
     * (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html,
     * https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html).
     */
    static final List<String> UNSEEN = List.of(
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments");

    @TempDir
    private Path folder;

    private final ExecutionEnds executions = new ExecutionEnds(this::entered);
    private @Nullable Runnable whenBaking;
    private String stateToStopAt = "";
    private @Nullable Runnable whenThere;

    @Test
    @DisplayName(
            "allow what bakes, reuse, roll-outs, retirement and cleaning up call, and little else; without any one of it a run is"
                    + " refused")
    void proof() throws Exception {
        Permissions permissions = new Permissions(RolesOfTemplate.synthesised(
                folder.resolve("synthesis"), Map.of("kmsKeyArn", RequiredAccess.KEY, "nodeGroups", List.of("ml/gpu"))));
        everyRun(permissions, "complete", true);
        abortsAndSweeps(permissions, "swept", true);

        Set<String> unused = new TreeSet<>();
        for (FunctionEntry function : FunctionCatalogue.load().functions()) {
            for (JsonNode statement : permissions.role(function.name()).statements()) {
                for (String action : RolePolicy.texts(statement.path("Action"))) {
                    // A function's own log is Lambda's to write.
                    if (!action.matches("logs:(CreateLogStream|PutLogEvents)")
                            && !permissions.used().contains(Permissions.key(function.name(), statement, action))) {
                        unused.add(function.name() + " " + action);
                    }
                }
            }
        }
        assertThat(unused).isEqualTo(new TreeSet<>(UNUSED.keySet()));

        int taken = 0;
        for (FunctionEntry function : FunctionCatalogue.load().functions()) {
            RolePolicy whole = permissions.role(function.name());
            for (JsonNode statement : whole.statements()) {
                for (String action : RolePolicy.texts(statement.path("Action"))) {
                    if (permissions.used().contains(Permissions.key(function.name(), statement, action))) {
                        permissions.replace(function.name(), whole.without(statement, action));
                        permissions.forgetRefused();
                        if (function.schedule() == null) {
                            everyRun(permissions, "without-" + taken++, false);
                        } else {
                            abortsAndSweeps(permissions, "without-" + taken++, false);
                        }
                        assertThat(permissions.refused())
                                .as("without " + action + " on " + statement.path("Resource"))
                                .anyMatch(refused -> refused.startsWith(function.name() + " " + action + " on "));
                    }
                }
            }
            permissions.replace(function.name(), whole);
        }
        assertThat(taken).isGreaterThan(25);
    }

    @Test
    @DisplayName(
            "of the state machine allows the functions that it invokes and no others; without any one of them a run is refused")
    void workflow() throws Exception {
        Permissions permissions = new Permissions(RolesOfTemplate.synthesised(
                folder.resolve("synthesis"), Map.of("kmsKeyArn", RequiredAccess.KEY, "nodeGroups", List.of("ml/gpu"))));
        RolePolicy whole = permissions.role(Lab.WORKFLOW);
        JsonNode invokes = whole.statements().stream()
                .filter(statement ->
                        RolePolicy.texts(statement.path("Action")).equals(List.of("lambda:InvokeFunction")))
                .findFirst()
                .orElseThrow();
        assertThat(whole.statements().stream()
                        .filter(statement -> !statement.equals(invokes))
                        .flatMap(statement -> RolePolicy.texts(statement.path("Action")).stream()))
                .containsExactlyInAnyOrderElementsOf(UNSEEN);
        List<String> invoked = FunctionCatalogue.load().ofStates().stream()
                .map(FunctionEntry::name)
                .toList();
        assertThat(RolePolicy.texts(invokes.path("Resource")))
                .containsExactlyInAnyOrderElementsOf(
                        invoked.stream().map(RequiredAccess::function).toList());

        for (String function : invoked) {
            permissions.replace(Lab.WORKFLOW, whole.withoutResource(invokes, RequiredAccess.function(function)));
            permissions.forgetRefused();
            everyRun(permissions, "uninvoked-" + function, false);
            assertThat(permissions.refused())
                    .containsExactly(Lab.WORKFLOW + " lambda:InvokeFunction on " + RequiredAccess.function(function));
        }
    }

    /**
     * A bake that is rolled out to nodes, one from it, the roll-back of that, its reuse that retires the first, one that can't be published, one whose snapshot can't be seen, and one whose
     * image can't be fetched.
     *
     * @param whole whether nothing may be refused; else the first refusal is enough
     */
    private void everyRun(Permissions permissions, String name, boolean whole) throws Exception {
        ImageLayout layout = ImageLayout.write(
                folder.resolve("images"), image("one"), image("two"), image("three"), image("four"), image("five"));
        LoopbackRegistry registry = LoopbackRegistry.serve(layout);
        try (Lab lab = Lab.open(
                DataPlanes.detect(folder.resolve("home-" + name)).openDirectories(),
                executions,
                permissions,
                RequiredAccess.KEY,
                null)) {
            permissions.over(lab);
            NodeGroupOfLab.createCluster(lab);
            var _ = NodeGroupOfLab.create(lab, "gpu");
            List<Run> runs = List.of(
                    new Run(input(registry, "one", 3, "ml/gpu"), null, false, null),
                    new Run(input(registry, "two", 3), null, false, null),
                    new Run("{\"rollbackTo\": \"previous\"}", null, false, null),
                    // Rolled out too: else the launch template would still have the first one, and keep it.
                    new Run(input(registry, "two", 1, "ml/gpu"), null, false, null),
                    new Run(input(registry, "three", 3), "PublishSnapshot ssm:PutParameter", false, null),
                    new Run(input(registry, "four", 3), "AwaitSnapshot ec2:DescribeSnapshots", true, null),
                    new Run(input(registry, "five", 3), null, false, registry::close));
            for (Run run : runs) {
                permissions.failing = run.failing();
                permissions.unfinished = run.unfinished();
                whenBaking = run.whenBaking();
                DescribeExecutionResponse ended = executions.run(lab, null, run.input());
                if (whole) {
                    assertThat(permissions.refused()).isEmpty();
                    assertThat(ended.status())
                            .as(ended.cause())
                            .isEqualTo(run.succeeds() ? ExecutionStatus.SUCCEEDED : ExecutionStatus.FAILED);
                    assertThat(String.valueOf(ended.cause())).doesNotContain("CleanUp failed");
                } else if (!permissions.refused().isEmpty()) {
                    return;
                }
            }
        } finally {
            permissions.failing = null;
            permissions.unfinished = false;
            whenBaking = null;
            registry.close();
        }
    }

    /**
     * A bake that is stopped while it runs, one that is stopped before it publishes, and the sweeps after them. The second sweep
     * finds snapshots that are unfinished.
     */
    private void abortsAndSweeps(Permissions permissions, String name, boolean whole) throws Exception {
        ImageLayout layout = ImageLayout.write(folder.resolve("images"), image("one"), image("two"));
        LoopbackRegistry registry = LoopbackRegistry.serve(layout);
        try (Lab lab = Lab.open(
                DataPlanes.detect(folder.resolve("home-" + name)).openDirectories(),
                executions,
                permissions,
                RequiredAccess.KEY,
                null)) {
            permissions.over(lab);
            for (String state : List.of("AwaitFastRestore", "AwaitBake")) {
                String image = state.equals("AwaitBake") ? "one" : "two";
                String arn = lab.stateMachineArn().replace(":stateMachine:", ":execution:") + ":" + state;
                stateToStopAt = state;
                whenThere = () -> lab.states()
                        .stopExecution(
                                StopExecutionRequest.builder().executionArn(arn).build());
                assertThat(executions.run(lab, state, input(registry, image, 3)).status())
                        .isEqualTo(ExecutionStatus.ABORTED);
            }
            whenThere = null;
            SweepHandler sweeper = new SweepHandler();
            for (boolean unfinished : new boolean[] {false, true}) {
                lab.clock().sleep(Duration.ofHours(1));
                permissions.unfinished = unfinished;
                String before = System.setProperty("aws.accessKeyId", "Sweep");
                try {
                    assertThat(sweeper.handleRequest(SweepTest.event(lab), null))
                            .isNotEmpty();
                } catch (SdkException | PrebakeException e) {
                    assertThat(permissions.refused()).as(e.getMessage()).isNotEmpty();
                } finally {
                    System.setProperty("aws.accessKeyId", before);
                }
            }
            if (whole) {
                assertThat(permissions.refused()).isEmpty();
            }
        } finally {
            permissions.unfinished = false;
            whenThere = null;
            registry.close();
        }
    }

    /**
     * One execution.
     *
     * @param input its input
     * @param failing the call that fails
     * @param unfinished whether CleanUp sees snapshots as unfinished
     * @param whenBaking what happens as the bake begins
     */
    private record Run(
            String input,
            @Nullable String failing,
            boolean unfinished,
            @Nullable Runnable whenBaking) {
        boolean succeeds() {
            return failing == null && whenBaking == null;
        }
    }

    private void entered(String state) {
        Runnable hook = state.equals("StartBake") ? whenBaking : state.equals(stateToStopAt) ? whenThere : null;
        if (hook != null) {
            hook.run();
        }
    }

    private static String input(LoopbackRegistry registry, String image, int retained, String... nodeGroups)
            throws IOException {
        return new ObjectMapper()
                .writeValueAsString(Map.of(
                        "images",
                        List.of(registry.address() + "/team/" + image + ":1"),
                        "retainSnapshots",
                        retained,
                        "nodeGroups",
                        nodeGroups));
    }

    private static ImageDefinition image(String name) throws IOException {
        return ImageDefinition.of(
                "team/" + name + ":1",
                new PlatformImage(
                        Platform.current(),
                        ImageConfig.EMPTY,
                        List.of(Layer.builder().file("/" + name, name).build())));
    }
}
