package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.Json;
import dev.prebake.lab.host.Detection;
import dev.prebake.lab.host.MissingPiece;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.lab.registry.RegistryAccess;
import dev.prebake.lab.registry.StoredImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A local run on a machine without the real data plane")
@SuppressWarnings("NullAway.Init")
class LocalRunTest {
    private final StringWriter shown = new StringWriter();

    @TempDir
    private Path folder;

    private Detection detection;

    @BeforeEach
    void detect() {
        detection = new Detection(folder.resolve("home"), List.of(new MissingPiece("this is a test", null)));
    }

    @Test
    @DisplayName("stores what the options say of registries in the lab, and the workflow finds it there")
    void privateRegistry() throws IOException {
        ImageLayout layout = application();
        try (LoopbackRegistry registry = LoopbackRegistry.builder()
                        .layout(layout)
                        .access(new RegistryAccess.Basic("robot", "hidden"))
                        .start();
                LoopbackRegistry mirror = LoopbackRegistry.serve(layout)) {
            ObjectNode input = Json.mapper().createObjectNode();
            input.putArray("images").add(registry.address() + "/team/app:1").add("a.example.com/team/app:1");
            input.putObject("registries").putObject("unused.example.com").put("caParameter", "/none");
            RegistryOptions.Given registries = new RegistryOptions.Given(
                    Map.of(registry.address(), "{\"username\":\"robot\",\"password\":\"hidden\"}"),
                    Map.of("a.example.com", List.of("http://" + mirror.address())),
                    Map.of());
            try (LocalRun run = new LocalRun(terminal(), input, registries, List.of())) {
                LocalReport report = run.execute(detection);
                assertThat(report.execution().error())
                        .as(report.execution().cause())
                        .isNull();
            }
            assertThat(input.at("/registries/a.example.com/mirrors/0").asText())
                    .isEqualTo("http://" + mirror.address());
            assertThat(input.toString())
                    .contains("unused.example.com", "secret:prebake/registries/127.0.0.1_" + registry.port() + "-")
                    .doesNotContain("hidden");
        }
    }

    @Test
    @DisplayName("reports the published snapshot, and why pod starts weren't measured; a second one reuses it")
    void bakes() throws IOException {
        ImageLayout layout = application();
        try (LoopbackRegistry registry = LoopbackRegistry.serve(layout)) {
            StoredImage image = layout.image("team/app:1");
            ObjectNode input = Json.mapper().createObjectNode();
            input.putArray("images").add(registry.reference(image));

            LocalReport report = run(input);

            assertThat(report.execution().status())
                    .as(ReportText.failure(report))
                    .isEqualTo("SUCCEEDED");
            assertThat(report.execution().name()).startsWith("local-");
            assertThat(report.execution().states())
                    .contains("PlanBake", "StartBake", "Done")
                    .doesNotHaveDuplicates();
            assertThat(report.execution().reused()).isFalse();
            assertThat(report.execution().error()).isNull();
            LocalReport.Snapshot snapshot = Objects.requireNonNull(report.snapshot());
            assertThat(snapshot.images())
                    .containsExactly(new LocalReport.Image(
                            registry.reference(image),
                            image.digest(),
                            image.manifests().getFirst().compressedBytes(),
                            null));
            assertThat(report.parameter())
                    .isEqualTo(new LocalReport.Parameter("/prebake/default/snapshot-id", snapshot.id()));
            LocalReport.Bake bake = Objects.requireNonNull(report.bake());
            assertThat(bake.base()).isNull();
            assertThat(bake.compressedBytes())
                    .isEqualTo(image.manifests().getFirst().compressedBytes());
            assertThat(bake.fetchedBytes()).isEqualTo(bake.compressedBytes());
            assertThat(report.podStart()).isNull();
            assertThat(report.podStartNotMeasured()).isEqualTo("this is a test");
            assertThat(shown.toString())
                    .contains(" s  PlanBake\n", "100 %", "prebake: published " + snapshot.id() + " in ");

            LocalReport second = run(input);
            assertThat(second.execution().reused()).isTrue();
            assertThat(second.snapshot()).isEqualTo(snapshot);
            assertThat(second.bake()).isNull();
            assertThat(second.execution().states()).doesNotContain("LaunchBuilder");
        }
    }

    @Test
    @DisplayName("reports a workflow that failed with its error and without a snapshot")
    void fails() {
        LocalReport report = run(Json.mapper().createObjectNode().put("nonsense", 1));

        assertThat(report.execution().status()).isEqualTo("FAILED");
        assertThat(report.execution().reused()).isNull();
        assertThat(report.snapshot()).isNull();
        assertThat(report.parameter()).isNull();
        assertThat(report.podStartNotMeasured()).isNull();
        assertThat(ReportText.failure(report))
                .startsWith("prebake: the workflow ended FAILED with InvalidInputException:\n")
                .contains("nonsense")
                .doesNotContain("stackTrace");
    }

    @Test
    @DisplayName("says what an earlier run had left")
    void recovers() throws IOException {
        Files.createDirectories(folder.resolve("home/directories/machines/i-0a"));

        run(Json.mapper().createObjectNode());

        assertThat(shown.toString())
                .startsWith("prebake: left by an earlier run: Removed machine i-0a, which had been cut off.\n");
    }

    @Test
    @DisplayName("that was closed before it began starts nothing and gives the home back")
    void closedBefore() {
        LocalRun run =
                new LocalRun(terminal(), Json.mapper().createObjectNode(), RegistryOptions.Given.NOTHING, List.of());
        run.close();

        assertThatThrownBy(() -> run.execute(detection)).isInstanceOf(RuntimeException.class);

        assertThat(shown.toString()).isEmpty();
        detection.openDirectories().close();
    }

    private LocalReport run(ObjectNode input) {
        try (LocalRun run = new LocalRun(terminal(), input, RegistryOptions.Given.NOTHING, List.of())) {
            return run.execute(detection);
        }
    }

    private Terminal terminal() {
        return new Terminal(new PrintWriter(shown), false, 80);
    }

    /** An image of one small layer. */
    private ImageLayout application() throws IOException {
        return ImageLayout.write(
                folder.resolve("images"),
                ImageDefinition.of(
                        "team/app:1",
                        new PlatformImage(
                                Platform.current(),
                                ImageConfig.EMPTY,
                                List.of(Layer.builder()
                                        .file("/model", "weights")
                                        .build()))));
    }
}
