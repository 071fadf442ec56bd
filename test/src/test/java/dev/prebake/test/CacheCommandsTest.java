package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.test.LocalCommandLine.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;

@DisplayName("What a deployment's cache has published, from the command line through its endpoint alone,")
@SuppressWarnings("NullAway.Init")
class CacheCommandsTest {
    @TempDir
    private static Path folder;

    private static LoopbackRegistry registry;
    private static Lab lab;

    @BeforeAll
    static void open() throws IOException {
        registry = LoopbackRegistry.serve(layout("team/app:1", "one"), layout("team/app:2", "two"));
        lab = Lab.open(DataPlanes.detect(folder.resolve("home")).openDirectories(), LabObserver.none());
    }

    @AfterAll
    static void close() {
        lab.close();
        registry.close();
    }

    @Test
    @DisplayName(
            "is shown with its images, its executions, Fast Snapshot Restore, costs and what a rollback could reach")
    void shows() throws Exception {
        bake("shown", "shown-1", "team/app:1");
        String first = published("shown");
        bake("shown", "shown-2", "team/app:1", "team/app:2");
        String second = published("shown");

        JsonNode shown = ok("show", "--cache", "shown", "-o", "json").json();

        assertThat(shown.path("stateMachineArn").asText()).isEqualTo(lab.stateMachineArn());
        assertThat(shown.path("cacheName").asText()).isEqualTo("shown");
        assertThat(shown.path("parameterName").asText()).isEqualTo("/prebake/shown/snapshot-id");
        assertThat(shown.path("snapshotId").asText()).isEqualTo(second);
        assertThat(shown.at("/snapshot/base").asText()).isEqualTo(first);
        assertThat(shown.at("/snapshot/usedBytes").asLong()).isPositive();
        assertThat(shown.path("images")).isEqualTo(manifest("shown").path("images"));
        assertThat(shown.path("images").findValuesAsText("reference"))
                .containsExactly(image("team/app:1"), image("team/app:2"));
        assertThat(shown.at("/bakedBy/name").asText()).isEqualTo("shown-2");
        assertThat(shown.at("/bakedBy/execution/status").asText()).isEqualTo("SUCCEEDED");
        assertThat(shown.at("/publishedBy/execution/executionArn").asText()).endsWith(":execution:prebake:shown-2");
        assertThat(shown.at("/fastRestores/0/zone").asText()).isEqualTo("us-east-1a");
        assertThat(shown.at("/fastRestores/0/state").asText()).isEqualTo("enabled");
        assertThat(shown.path("fastRestores").findValuesAsText("snapshotId")).containsExactly(second);
        assertThat(shown.at("/cost/inRegion").asBoolean()).isTrue();
        assertThat(shown.at("/cost/items").findValuesAsText("what"))
                .containsExactly("fastSnapshotRestore", "snapshotStorage", "snapshotStorage");
        assertThat(shown.at("/cost/items/0/perMonth").decimalValue()).isEqualByComparingTo("547.50");
        assertThat(shown.path("rollbackTargets")).hasSize(1);
        assertThat(shown.at("/rollbackTargets/0/snapshotId").asText()).isEqualTo(first);
        assertThat(shown.at("/rollbackTargets/0/previous").asBoolean()).isTrue();
        assertThat(shown.at("/rollbackTargets/0/images/0/reference").asText()).isEqualTo(image("team/app:1"));

        assertThat(ok("show", "--cache", "shown").out())
                .startsWith("cache shown, published in /prebake/shown/snapshot-id\n" + second + "  ")
                .contains("  " + image("team/app:2") + "  ", " compressed", "    sha256:")
                .contains("  baked by shown-2 in ", ", on " + first + "\n")
                .contains("  us-east-1a  enabled since ", "    $547.50  Fast Snapshot Restore of " + second)
                .contains("Rollback\n  " + first + "  of ", " by shown-1, the previous one: " + image("team/app:1"))
                .doesNotContain("\u001b");
    }

    @Test
    @DisplayName("is nothing where nothing was published, which is said with what to do")
    void nothing() throws Exception {
        Outcome none = run("show", "--cache", "none");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.out()).isEmpty();
        assertThat(none.err())
                .isEqualTo(
                        "prebake: The cache none has published nothing: there is no parameter /prebake/none/snapshot-id."
                                + " Check --cache and AWS_REGION, or start its first bake: ./prebake start --follow\n");
    }

    private static ImageLayout layout(String reference, String content) throws IOException {
        return ImageLayout.write(
                folder.resolve("layout-" + content),
                ImageDefinition.of(
                        reference,
                        new PlatformImage(
                                Platform.current(),
                                ImageConfig.EMPTY,
                                List.of(Layer.builder().file("/app", content).build()))));
    }

    private static String image(String reference) {
        return registry.address() + "/" + reference;
    }

    /** Runs an execution to its end. */
    private static void bake(String cache, String name, String... references) throws Exception {
        ObjectNode input = new ObjectMapper().createObjectNode().put("cacheName", cache);
        for (String reference : references) {
            input.withArray("images").add(image(reference));
        }
        Path file = Files.writeString(folder.resolve(name + ".json"), input.toString());
        var _ = ok("start", "--input", file.toString(), "--name", name, "--follow");
    }

    private static String published(String cache) {
        return value("/prebake/" + cache + "/snapshot-id");
    }

    private static JsonNode manifest(String cache) throws IOException {
        return new ObjectMapper().readTree(value("/prebake/" + cache + "/snapshot-id/manifest"));
    }

    private static String value(String parameter) {
        return lab.ssm()
                .getParameter(GetParameterRequest.builder().name(parameter).build())
                .parameter()
                .value();
    }

    private static Outcome ok(String subcommand, String... arguments) throws IOException, InterruptedException {
        Outcome outcome = run(subcommand, arguments);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        return outcome;
    }

    private static Outcome run(String subcommand, String... arguments) throws IOException, InterruptedException {
        return LocalCommandLine.over(folder.resolve("none"))
                .with("AWS_ENDPOINT_URL", lab.endpoint().toString())
                .with("AWS_REGION", "us-east-1")
                .with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
                .with("AWS_SECRET_ACCESS_KEY", "none")
                .startCommand(subcommand, arguments)
                .await();
    }
}
