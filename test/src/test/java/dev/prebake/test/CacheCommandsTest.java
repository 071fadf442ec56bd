package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.registry.Failure;
import dev.prebake.lab.registry.Fault;
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
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.sfn.model.StopExecutionRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;

@DisplayName("What a deployment's cache has published, from the command line through its endpoint alone,")
@SuppressWarnings("NullAway.Init")
class CacheCommandsTest {
    @TempDir
    private static Path folder;

    private static String heldLayer;
    private static LoopbackRegistry registry;
    private static Lab lab;

    @BeforeAll
    static void open() throws IOException {
        ImageLayout held = layout("team/held:1", "five");
        heldLayer = held.images()
                .getFirst()
                .manifests()
                .getFirst()
                .layers()
                .getFirst()
                .digest();
        registry = LoopbackRegistry.serve(
                held,
                layout("team/app:1", "one"),
                layout("team/app:2", "two"),
                layout("team/moving:1", "three"),
                layout("team/going:1", "four"));
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

    @Test
    @DisplayName("is compared with what its registries have: 0 nothing differs, 1 something does, 2 it can't be told")
    void compares() throws Exception {
        bake("compared", "compared-1", "team/app:1", "team/moving:1", "team/going:1");
        JsonNode same = ok("diff", "--cache", "compared", "-o", "json").json();
        assertThat(same.path("snapshotId").asText()).isEqualTo(published("compared"));
        assertThat(same.path("execution").asText()).isEqualTo("compared-1");
        assertThat(same.path("differs").asBoolean(true)).isFalse();
        assertThat(same.path("images").findValuesAsText("change"))
                .containsOnly("unchanged")
                .hasSize(3);

        registry.add(layout("team/moving:1", "moved"));
        registry.inject(Fault.when(
                request -> request.repository().equals("team/going"),
                new Failure.Status(404, "MANIFEST_UNKNOWN", "manifest unknown")));
        Path next = Files.writeString(
                folder.resolve("next.json"),
                new ObjectMapper()
                        .createObjectNode()
                        .put("cacheName", "compared")
                        .<ObjectNode>set(
                                "images",
                                new ObjectMapper()
                                        .createArrayNode()
                                        .add(image("team/moving:1"))
                                        .add(image("team/going:1"))
                                        .add(image("team/app:2")))
                        .toString());
        Outcome differing = run("diff", "--input", next.toString(), "-o", "json");
        assertThat(differing.exitCode()).as(differing.err()).isEqualTo(1);
        JsonNode diff = differing.json();
        assertThat(diff.path("differs").asBoolean()).isTrue();
        assertThat(diff.has("execution")).isFalse();
        assertThat(diff.path("images")
                        .valueStream()
                        .map(image -> image.path("change").asText() + " "
                                + image.path("reference").asText()))
                .containsExactly(
                        "changed " + image("team/moving:1"),
                        "gone " + image("team/going:1"),
                        "new " + image("team/app:2"),
                        "removed " + image("team/app:1"));
        JsonNode moving = diff.at("/images/0");
        assertThat(moving.path("publishedDigest").asText())
                .isEqualTo(manifest("compared").at("/images/1/digest").asText())
                .isNotEqualTo(moving.path("currentDigest").asText());
        assertThat(diff.at("/images/1/problem").asText()).contains("404");
        assertThat(run("diff", "--input", next.toString()).out())
                .startsWith("cache compared: " + published("compared") + " against the registries\n  changed    ")
                .endsWith("4 of 4 differ\n");

        registry.inject(Fault.when(
                request -> request.repository().equals("team/going"), new Failure.Status(503, "UNAVAILABLE", "busy")));
        Outcome unknown = run("diff", "--cache", "compared");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.out()).contains("  unknown    " + image("team/going:1") + "  ", "503");
        registry.inject(Fault.none());

        Outcome invalid = run("diff", "--cache", "compared", "--image", "no image");
        assertThat(invalid.exitCode()).isEqualTo(2);
        assertThat(invalid.err()).contains("images[0]: 'no image'");
        Outcome none = run("diff", "--cache", "none", "--image", image("team/app:1"));
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err()).contains("has published nothing");
    }

    @Test
    @DisplayName(
            "is rolled back to what was published before, which is said first, and refused by name where that can't be")
    void rollsBack() throws Exception {
        bake("rolled", "rolled-1", "team/app:1");
        String first = published("rolled");
        Outcome nowhere = run("rollback", "--cache", "rolled");
        assertThat(nowhere.exitCode()).isEqualTo(1);
        assertThat(nowhere.err()).contains("Rolling the cache rolled back to previous failed: none of the snapshots");
        bake("rolled", "rolled-2", "team/app:2");
        String second = published("rolled");

        JsonNode planned =
                ok("rollback", "--cache", "rolled", "--dry-run", "-o", "json").json();
        assertThat(planned.path("from").asText()).isEqualTo(second);
        assertThat(planned.path("to").asText()).isEqualTo(first);
        assertThat(planned.path("bakedBy").asText()).isEqualTo("rolled-1");
        assertThat(planned.path("input"))
                .isEqualTo(new ObjectMapper()
                        .createObjectNode()
                        .put("cacheName", "rolled")
                        .put("rollbackTo", first));
        assertThat(planned.path("images").findValuesAsText("change")).containsExactly("new", "removed");
        assertThat(planned.has("executionArn")).isFalse();
        assertThat(published("rolled")).isEqualTo(second);

        Outcome back = ok("rollback", "--cache", "rolled", "--name", "back", "--follow", "-o", "json");
        assertThat(back.err())
                .startsWith("cache rolled, published in /prebake/rolled/snapshot-id: from " + second + " to " + first)
                .contains("  new        " + image("team/app:1"), "  removed    " + image("team/app:2"))
                .contains("Fast Snapshot Restore: us-east-1a; node groups renewed: none\n", "prebake: following back");
        assertThat(back.json().path("snapshotId").asText()).isEqualTo(first);
        assertThat(published("rolled")).isEqualTo(first);

        Outcome already = run("rollback", "--cache", "rolled", "--to", first);
        assertThat(already.exitCode()).isEqualTo(1);
        assertThat(already.err()).contains("Rolling the cache rolled back to " + first + " failed: it is what ");
        Outcome unknown = run("rollback", "--cache", "rolled", "--to", "snap-0123456789abcdef0");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).contains("it is no completed snapshot of this cache", second + " of ");
        assertThat(unknown.out()).isEmpty();

        JsonNode forth = ok("rollback", "--cache", "rolled", "--to", second, "-o", "json")
                .json();
        assertThat(ok("watch", forth.path("executionArn").asText(), "-o", "json")
                        .json()
                        .path("snapshotId")
                        .asText())
                .isEqualTo(second);
    }

    @Test
    @DisplayName("has the sweeper remove what a stopped execution left, which a dry run only says")
    void sweeps() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        registry.inject(request -> {
            if (request.reference().equals(heldLayer)) {
                awaitQuietly(over);
            }
            return Optional.empty();
        });
        String arn;
        try {
            Path input = Files.writeString(
                    folder.resolve("stopped.json"),
                    new ObjectMapper()
                            .createObjectNode()
                            .put("cacheName", "swept")
                            .toString());
            arn = ok(
                            "start",
                            "--input",
                            input.toString(),
                            "--image",
                            image("team/held:1"),
                            "--name",
                            "stopped",
                            "-o",
                            "json")
                    .json()
                    .path("executionArn")
                    .asText();
            var watching = commandLine().startCommand("watch", "stopped");
            watching.awaitLine("AwaitBake");
            lab.states()
                    .stopExecution(
                            StopExecutionRequest.builder().executionArn(arn).build());
            assertThat(watching.await().exitCode()).isEqualTo(1);
        } finally {
            over.countDown();
            registry.inject(Fault.none());
        }
        lab.clock().pass(Duration.ofHours(1));
        bake("other", "later", "team/app:1");

        JsonNode said = ok("sweep", "--dry-run", "-o", "json").json();
        assertThat(said.path("stateMachineArn").asText()).isEqualTo(lab.stateMachineArn());
        assertThat(said.path("function").asText()).isEqualTo("Sweep");
        assertThat(said.path("dryRun").asBoolean()).isTrue();
        JsonNode builder = said.path("swept")
                .valueStream()
                .filter(thing -> thing.path("execution").asText().equals("stopped"))
                .filter(thing -> thing.path("id").asText().startsWith("i-"))
                .findFirst()
                .orElseThrow();
        assertThat(builder.path("cacheName").asText()).isEqualTo("swept");
        assertThat(builder.path("standing").asText()).isEqualTo("running");
        assertThat(builder.path("because").asText()).startsWith("its execution stopped ended ABORTED at ");
        String id = builder.path("id").asText();
        assertThat(state(id)).isEqualTo("running");

        assertThat(ok("sweep").out())
                .startsWith("removed\n")
                .contains("  " + id + "  running: its execution stopped ended ABORTED at ");
        assertThat(state(id)).isNotEqualTo("running");
        Outcome none = run("sweep", "--function", "none");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).contains("Invoking the sweeper none failed: ", "ResourceNotFoundException");
    }

    private static String state(String instanceId) {
        return lab.ec2()
                .describeInstances(DescribeInstancesRequest.builder()
                        .instanceIds(instanceId)
                        .build())
                .reservations()
                .getFirst()
                .instances()
                .getFirst()
                .state()
                .nameAsString();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
        return commandLine().startCommand(subcommand, arguments).await();
    }

    private static LocalCommandLine commandLine() {
        return LocalCommandLine.operating(folder.resolve("none"), lab.endpoint());
    }
}
