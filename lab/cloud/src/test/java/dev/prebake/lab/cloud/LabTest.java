package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.Sha256;
import dev.prebake.lab.registry.Failure;
import dev.prebake.lab.registry.Fault;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.RegistryRequest.Subject;
import dev.prebake.lab.registry.StoredImage;
import dev.prebake.lab.registry.StoredManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;

@DisplayName("The whole lab, without root")
@SuppressWarnings("NullAway.Init")
class LabTest {
    private static final String PARAMETER = "/prebake/default/snapshot-id";

    @TempDir
    private Path folder;

    private Images images;
    private Session aws;

    @BeforeEach
    void open() throws IOException {
        images = new Images(folder.resolve("images"));
        aws = new Session(folder.resolve("home"));
    }

    @AfterEach
    void close() {
        aws.close();
        images.close();
    }

    @Test
    @DisplayName("A run passes the definition's states and publishes a snapshot that is complete and fast to restore")
    void bakes() throws InterruptedException {
        DescribeExecutionResponse execution = aws.bake("first", images.reference());

        assertThat(execution.status()).as(execution.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(aws.states())
                .containsSubsequence(
                        "ApplyDefaults",
                        "PlanBake",
                        "AwaitTurn",
                        "LaunchBuilder",
                        "AwaitBuilder",
                        "StartBake",
                        "AwaitBake",
                        "CreateSnapshot",
                        "AwaitSnapshot",
                        "EnableFastRestore",
                        "AwaitFastRestore",
                        "PublishSnapshot",
                        "RetireSnapshots",
                        "Done")
                .doesNotContain("RollOutNodes", "CleanUp", "Failed");
        assertThat(aws.taskErrors()).isEmpty();
        String snapshotId = aws.parameter(PARAMETER);
        JsonNode output = Session.json(execution.output());
        assertThat(output.path("reused").asBoolean()).isFalse();
        assertThat(output.at("/published/snapshotId").asText()).isEqualTo(snapshotId);
        assertThat(aws.lab
                        .ec2()
                        .describeSnapshots(DescribeSnapshotsRequest.builder()
                                .snapshotIds(snapshotId)
                                .build())
                        .snapshots()
                        .getFirst()
                        .state())
                .isEqualTo(SnapshotState.COMPLETED);
        assertThat(fastRestores()).containsExactly(FastSnapshotRestoreStateCode.ENABLED);
        assertNothingRuns();
    }

    @Test
    @DisplayName("A dry run says that the call could be made, and makes it not")
    void dryRun() throws InterruptedException {
        aws.bake("first", images.reference());
        String snapshotId = aws.parameter(PARAMETER);
        try (Ec2Client ec2 = AwsClients.of(Ec2Client.builder())) {
            assertThatThrownBy(() -> ec2.deleteSnapshot(DeleteSnapshotRequest.builder()
                            .snapshotId(snapshotId)
                            .dryRun(true)
                            .build()))
                    .isInstanceOfSatisfying(
                            Ec2Exception.class,
                            error -> assertThat(error.awsErrorDetails().errorCode())
                                    .isEqualTo("DryRunOperation"));
            assertThat(ec2.describeSnapshots(DescribeSnapshotsRequest.builder()
                                    .snapshotIds(snapshotId)
                                    .dryRun(false)
                                    .build())
                            .snapshots())
                    .hasSize(1);
        }
    }

    @Test
    @DisplayName("The manifest beside the parameter names the snapshot, its images and the execution")
    void publishesManifest() throws InterruptedException {
        aws.bake("first", images.reference());

        JsonNode manifest = aws.manifest();
        assertThat(manifest.path("snapshotId").asText()).isEqualTo(aws.parameter(PARAMETER));
        assertThat(manifest.path("bakedBy").asText()).isEqualTo("first");
        assertThat(manifest.path("images")).hasSize(1);
        JsonNode baked = manifest.path("images").path(0);
        assertThat(baked.path("reference").asText()).isEqualTo(images.reference());
        assertThat(baked.path("digest").asText()).isEqualTo(images.image.digest());
        assertThat(baked.path("compressedBytes").asLong()).isEqualTo(images.manifest.compressedBytes());
        assertThat(baked.has("unpackedBytes")).isFalse();
    }

    @Test
    @DisplayName(
            "The snapshot's folder is an OCI image layout that holds the image's blobs and nothing else, each whole")
    void snapshotIsLayout() throws Exception {
        aws.bake("first", images.reference());

        Path data =
                aws.lab.plane().snapshot(aws.parameter(PARAMETER)).orElseThrow().data();
        StoredImage baked = ImageLayout.open(data).image(images.reference());
        assertThat(baked.descriptor()).isEqualTo(images.image.descriptor());
        assertThat(baked.manifests()).isEqualTo(images.image.manifests());
        try (var blobs = Files.list(data.resolve("blobs/sha256"))) {
            assertThat(blobs.map(LabTest::digestByContent)).containsExactlyInAnyOrderElementsOf(images.digests());
        }
        for (String digest : images.digests()) {
            assertThat(digestByContent(data.resolve("blobs").resolve(digest.replace(':', '/'))))
                    .isEqualTo(digest);
        }
    }

    @Test
    @DisplayName("The bake's progress reaches the observer, up to the whole")
    void showsProgress() throws InterruptedException {
        aws.bake("first", images.reference());

        List<Long> done = aws.progress.stream()
                .map(line -> Session.json(line).path("doneBytes").asLong())
                .toList();
        assertThat(done).isSorted();
        assertThat(done.getFirst()).isZero();
        assertThat(done.getLast()).isEqualTo(images.manifest.compressedBytes());
    }

    @Test
    @DisplayName("A second run with the same content publishes the same snapshot again and launches nothing")
    void reuses() throws InterruptedException {
        aws.bake("first", images.reference());
        String snapshotId = aws.parameter(PARAMETER);

        DescribeExecutionResponse second = aws.bake("second", images.reference());

        assertThat(Session.json(second.output()).path("reused").asBoolean()).isTrue();
        assertThat(aws.states()).containsOnlyOnce("LaunchBuilder", "CreateSnapshot");
        assertThat(aws.parameter(PARAMETER)).isEqualTo(snapshotId);
        assertThat(snapshots()).hasSize(1);
    }

    @Test
    @DisplayName(
            "A run with other content starts from the newest snapshot, and its own holds nothing but what it bakes")
    void startsFromBase() throws Exception {
        aws.bake("first", images.reference());
        String base = aws.parameter(PARAMETER);
        StoredImage version2 = images.addVersion2();

        DescribeExecutionResponse second = aws.bake("second", images.registry.reference(version2));

        assertThat(second.status()).as(second.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        JsonNode output = Session.json(second.output());
        StoredManifest manifest = version2.manifests().getFirst();
        assertThat(output.path("compressedBytes").asLong()).isEqualTo(manifest.compressedBytes());
        assertThat(output.at("/report/base")).hasToString("{\"snapshotId\":\"" + base + "\",\"kept\":true}");
        assertThat(output.at("/report/volume/fetchedBytes").asLong())
                .isEqualTo(manifest.layers().getLast().size());
        assertThat(aws.manifest().path("base").asText()).isEqualTo(base);
        Path data =
                aws.lab.plane().snapshot(aws.parameter(PARAMETER)).orElseThrow().data();
        assertThat(ImageLayout.open(data).images())
                .extracting(StoredImage::reference)
                .containsExactly(images.registry.reference(version2));
        try (var blobs = Files.list(data.resolve("blobs/sha256"))) {
            assertThat(blobs).hasSize(5);
        }
        assertNothingRuns();
    }

    @Test
    @DisplayName("A base that is retired between plan and launch costs the run nothing but its help")
    void baseIsRetired() throws Exception {
        aws.bake("first", images.reference());
        String base = aws.parameter(PARAMETER);
        aws.whenEntered.put(
                "LaunchBuilder",
                () -> aws.lab
                        .ec2()
                        .deleteSnapshot(
                                DeleteSnapshotRequest.builder().snapshotId(base).build()));

        DescribeExecutionResponse second = aws.bake("second", images.registry.reference(images.addVersion2()));

        assertThat(second.status()).as(second.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        JsonNode output = Session.json(second.output());
        assertThat(output.path("report").has("base")).isFalse();
        assertThat(output.at("/report/volume/fetchedBytes").asLong())
                .isEqualTo(output.path("compressedBytes").asLong());
        assertThat(aws.manifest().has("base")).isFalse();
        assertThat(aws.taskErrors()).isEmpty();
        assertNothingRuns();
    }

    static List<Arguments> layerFailures() {
        return List.of(
                Arguments.of(new Failure.Status(404, "BLOB_UNKNOWN", "not here"), "404"),
                Arguments.of(new Failure.Status(503, "UNAVAILABLE", "later", Map.of("Retry-After", "60")), "503"),
                Arguments.of(new Failure.Truncated(5), "broke"),
                Arguments.of(new Failure.Corrupted(), "whose digest is"));
    }

    @ParameterizedTest
    @MethodSource("layerFailures")
    @DisplayName("A layer that can't be had after the plan ends the run as ImagePullFailed, cleaned up and unpublished")
    void layerFails(Failure failure, String words) throws InterruptedException {
        images.registry.inject(Fault.when(images::isLayer, failure));

        DescribeExecutionResponse execution = aws.bake("first", images.reference());

        assertThat(execution.status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(execution.error()).isEqualTo("dev.prebake.command.ImagePullFailedException");
        assertThat(execution.cause()).contains(images.reference(), words);
        assertThat(execution.output()).isNull();
        assertThat(aws.states())
                .containsSubsequence("AwaitBake", "CleanUp", "Failed")
                .doesNotContain("CreateSnapshot");
        assertNothingRuns();
        assertThat(snapshots()).isEmpty();
        assertThat(aws.lab.plane().snapshots()).isEmpty();
        assertThatThrownBy(() -> aws.parameter(PARAMETER)).isInstanceOf(ParameterNotFoundException.class);
    }

    @Test
    @DisplayName("A busy registry (429) is asked again by the bake, and the run succeeds")
    void busyDuringBake() throws InterruptedException {
        var busy = new Failure.Status(429, "TOOMANYREQUESTS", "slow down", Map.of("Retry-After", "0"));
        images.registry.inject(Fault.when(images::isLayer, busy).times(2));

        DescribeExecutionResponse execution = aws.bake("first", images.reference());

        assertThat(execution.status()).as(execution.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(aws.taskErrors()).isEmpty();
    }

    @Test
    @DisplayName(
            "A registry that is busy for longer is asked again by the workflow, whose waits nobody has to sit through")
    void busyDuringPlan() throws InterruptedException {
        var busy = new Failure.Status(429, "TOOMANYREQUESTS", "slow down", Map.of("Retry-After", "600"));
        images.registry.inject(Fault.when(request -> request.subject() == Subject.MANIFEST, busy)
                .times(2));

        DescribeExecutionResponse execution = aws.bake("first", images.reference());

        assertThat(execution.status()).as(execution.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(aws.taskErrors()).isNotEmpty().containsOnly("dev.prebake.plan.RegistryUnavailableException");
    }

    @Test
    @DisplayName(
            "A refused input fails under the handler's error, with its words behind the state's name, before any launch")
    void refusesInput() throws InterruptedException {
        DescribeExecutionResponse execution = aws.await(aws.start("first", "{\"images\": [], \"nonsense\": 1}"));

        assertThat(execution.status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(execution.error()).isEqualTo("dev.prebake.plan.InvalidInputException");
        assertThat(execution.cause())
                .startsWith("PlanBake: The execution's input has 2 problems:\n- ")
                .contains("images", "nonsense")
                .endsWith("start the execution again.");
        assertThat(aws.states()).doesNotContain("LaunchBuilder");
    }

    @Test
    @DisplayName("A builder that is terminated under its bake ends the bake and the run, cleaned up")
    void builderDies() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        images.registry.inject(holding(asked, released));
        String arn = aws.start("first", Session.input(images.reference()));
        asked.await();

        aws.lab
                .ec2()
                .terminateInstances(TerminateInstancesRequest.builder()
                        .instanceIds(aws.liveInstances().getFirst().instanceId())
                        .build());
        DescribeExecutionResponse execution = aws.await(arn);
        released.countDown();

        assertThat(execution.status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(execution.error())
                .isIn(
                        "dev.prebake.command.BuilderUnreachableException",
                        "dev.prebake.command.CommandUndeliverableException");
        assertThat(aws.states()).contains("CleanUp").doesNotContain("CreateSnapshot");
        assertNothingRuns();
    }

    @Test
    @DisplayName("A stopped execution is ABORTED with the reason given; what it had started ends with the lab")
    void stops() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        images.registry.inject(holding(asked, released));
        String arn = aws.start("first", Session.input(images.reference()));
        asked.await();

        var stopped = aws.stop(arn, "Operator.Changed", "another image is wanted");

        DescribeExecutionResponse execution = aws.describe(arn);
        assertThat(execution.status()).isEqualTo(ExecutionStatus.ABORTED);
        assertThat(execution.error()).isEqualTo("Operator.Changed");
        assertThat(execution.cause()).isEqualTo("another image is wanted");
        assertThat(execution.stopDate()).isNotNull().isEqualTo(stopped.stopDate());
        assertThat(aws.liveInstances()).hasSize(1);
        assertThat(aws.states()).doesNotContain("CleanUp");
        aws.close();
        released.countDown();
        assertThat(aws.lab.plane().machines()).isEmpty();
        assertThat(aws.lab.plane().volumes()).isEmpty();
    }

    @Test
    @DisplayName("Stopping an execution that has ended changes nothing")
    void stopsTooLate() throws InterruptedException {
        DescribeExecutionResponse ended = aws.bake("first", images.reference());

        var stopped = aws.stop(ended.executionArn(), "Operator.Changed", "too late");

        assertThat(aws.describe(ended.executionArn())).isEqualTo(ended);
        assertThat(stopped.stopDate()).isEqualTo(ended.stopDate());
    }

    @Test
    @DisplayName("Two executions of two caches run side by side, each with its own snapshot")
    void twoExecutions() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(2);
        images.registry.inject(request -> {
            if (images.isLayer(request)) {
                // Neither bake gets its layer before the other wants it too.
                asked.countDown();
                awaitQuietly(asked);
            }
            return Optional.empty();
        });
        String input = "{\"cacheName\": \"%s\", \"images\": [\"" + images.reference() + "\"]}";
        String red = aws.start("red", input.formatted("red"));
        String blue = aws.start("blue", input.formatted("blue"));

        assertThat(aws.await(List.of(red, blue)))
                .hasSize(2)
                .allSatisfy(execution ->
                        assertThat(execution.status()).as(execution.cause()).isEqualTo(ExecutionStatus.SUCCEEDED));
        assertThat(aws.parameter("/prebake/red/snapshot-id"))
                .startsWith("snap-0")
                .isNotEqualTo(aws.parameter("/prebake/blue/snapshot-id"));
        assertThat(snapshots()).hasSize(2);
        assertNothingRuns();
    }

    @Test
    @DisplayName("Closing the lab twice does nothing more, and takes the SDK's settings back")
    void closes() {
        assertThat(System.getProperty("aws.endpointUrl"))
                .isEqualTo(aws.lab.endpoint().toString());

        aws.close();
        aws.close();

        assertThat(System.getProperties()).doesNotContainKeys("aws.endpointUrl", "aws.endpointUrlEc2", "aws.region");
    }

    /** Holds the bake's request for its upper layer until a test lets it go, which answers nothing. */
    private Fault holding(CountDownLatch asked, CountDownLatch released) {
        return request -> {
            if (!images.isLayer(request)) {
                return Optional.empty();
            }
            asked.countDown();
            awaitQuietly(released);
            return Optional.of(new Failure.Dropped());
        };
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void assertNothingRuns() {
        assertThat(aws.liveInstances()).isEmpty();
        assertThat(aws.volumes()).isEmpty();
        assertThat(aws.lab.plane().machines()).isEmpty();
        assertThat(aws.lab.plane().volumes()).isEmpty();
    }

    private List<FastSnapshotRestoreStateCode> fastRestores() {
        return aws
                .lab
                .ec2()
                .describeFastSnapshotRestores(
                        DescribeFastSnapshotRestoresRequest.builder().build())
                .fastSnapshotRestores()
                .stream()
                .map(restore -> restore.state())
                .toList();
    }

    private List<?> snapshots() {
        return aws.lab
                .ec2()
                .describeSnapshots(DescribeSnapshotsRequest.builder().build())
                .snapshots();
    }

    private static String digestByContent(Path file) {
        try {
            return Sha256.digestOf(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new AssertionError(file.toString(), e);
        }
    }
}
