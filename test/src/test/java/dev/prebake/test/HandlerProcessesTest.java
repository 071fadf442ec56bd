package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.catalogue.Artifacts;
import dev.prebake.catalogue.FunctionCatalogue;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/** The workflow with each function's zip in a JVM of its own, under AWS's own runtime. */
@DisplayName("With its functions' zips in processes of their own, the workflow")
@SuppressWarnings("NullAway.Init")
class HandlerProcessesTest {
    private static final Artifacts ZIPS =
            new Artifacts(Path.of("").toAbsolutePath().getParent());

    private static final Duration LOOK = Duration.ofMillis(100);

    @TempDir
    private Path folder;

    private final Set<String> states = new ConcurrentSkipListSet<>();
    private final ExecutionEnds executions = new ExecutionEnds(states::add);
    private LoopbackRegistry registry;

    @BeforeEach
    void open() throws IOException {
        assumeTrue(
                FunctionCatalogue.load().functions().stream().allMatch(ZIPS::isBuilt),
                "the functions' zips aren't built");
        registry = LoopbackRegistry.serve(ImageLayout.write(
                folder.resolve("images"),
                ImageDefinition.of(
                        "team/one:1",
                        new PlatformImage(
                                Platform.current(),
                                ImageConfig.EMPTY,
                                List.of(Layer.builder().file("/one", "one").build())))));
    }

    @AfterEach
    void close() {
        if (registry != null) {
            registry.close();
        }
    }

    @Test
    @DisplayName("bakes and publishes, and then reuses what it baked")
    void bakes() throws Exception {
        try (Lab lab = processes()) {
            DescribeExecutionResponse first = executions.run(lab, "first", input("one"));
            assertThat(first.status()).as(first.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
            DescribeExecutionResponse second = executions.run(lab, "second", input("one"));
            assertThat(second.status()).as(second.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
            assertThat(json(second.output()).at("/published/snapshotId"))
                    .isEqualTo(json(first.output()).at("/published/snapshotId"));

            // Each function that the workflow came to ran from its zip, and none here.
            Set<String> functions = new TreeSet<>(states);
            functions.retainAll(FunctionCatalogue.load().ofStates().stream()
                    .map(function -> function.name())
                    .toList());
            assertThat(functions).hasSizeGreaterThan(8);
            for (String function : functions) {
                assertThat(Files.readString(
                                lab.plane().home().resolve("functions/log").resolve(function + ".log")))
                        .containsPattern("REPORT RequestId: .*\tInit Duration: ");
            }
        }
    }

    @Test
    @DisplayName("fails with the error and the words that it has with all of them in one process")
    void fails() throws Exception {
        DescribeExecutionResponse here;
        try (Lab lab = Lab.open(DataPlanes.detect(folder.resolve("loaded")).openDirectories(), executions)) {
            here = executions.run(lab, "failing", input("missing"));
        }
        DescribeExecutionResponse there;
        try (Lab lab = processes()) {
            there = executions.run(lab, "failing", input("missing"));
        }

        assertThat(there.status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(there.error()).isEqualTo(here.error()).isEqualTo("dev.prebake.plan.ImagesUnavailableException");
        assertThat(there.cause()).contains("missing");
        assertThat(withoutTrace(there.cause())).isEqualTo(withoutTrace(here.cause()));
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES) // so that a function which hangs does not hold the build
    @DisplayName("is what `prebake lab --zips` serves")
    void serves() throws Exception {
        Path home = folder.resolve("served");
        try (LabProcess lab = LabProcess.serve(home, registry.address() + "/team/one:1", "--zips");
                SfnClient client = lab.states()) {
            String arn = client.startExecution(
                            start -> start.stateMachineArn(lab.stateMachineArn).input("{}"))
                    .executionArn();
            DescribeExecutionResponse execution;
            do {
                Thread.sleep(LOOK);
                execution = client.describeExecution(describe -> describe.executionArn(arn));
            } while (execution.status() == ExecutionStatus.RUNNING);

            assertThat(execution.status()).as(execution.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
            assertThat(lab.log()).contains("logs are in " + home.resolve("directories/functions/log"));
            assertThat(Files.readString(home.resolve("directories/functions/log/PublishSnapshot.log")))
                    .contains("REPORT RequestId: ");
        }
    }

    private Lab processes() {
        return Lab.openWithProcesses(
                DataPlanes.detect(folder.resolve("processes")).openDirectories(), executions, ZIPS);
    }

    private String input(String image) {
        return "{\"images\": [\"" + registry.address() + "/team/" + image + ":1\"]}";
    }

    /** A cause as it is, or, where it is a function's JSON, without the stack trace: the frames below the handler differ. */
    private static String withoutTrace(String cause) {
        try {
            return json(cause) instanceof ObjectNode object
                    ? object.without("stackTrace").toString()
                    : cause;
        } catch (JsonProcessingException _) {
            return cause;
        }
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return new ObjectMapper().readTree(text);
    }
}
