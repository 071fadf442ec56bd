package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.prebake.catalogue.Definition;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.host.DataPlanes;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.ec2.model.VolumeType;
import software.amazon.awssdk.services.sfn.model.CreateStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.DeleteStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryRequest;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;
import software.amazon.awssdk.services.ssm.model.DeleteParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.ParameterHistory;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;

/**
 * One suite against several implementations of AWS: what the workflow relies on has to be so wherever it can be asked. With Maven's
 * profile {@code docker} it asks LocalStack too, or with {@code -Dprebake.endpoint=URL} that endpoint instead.
 */
@DisplayName("What the workflow relies on")
class ForeignAwsTest {
    /** LocalStack's images of 2026 need an account's token; this one is from before. */
    private static final String LOCALSTACK = "localstack/localstack:4.4.0";

    private static final String ENDPOINT_PROPERTY = "prebake.endpoint";
    private static final Duration LONGEST = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    private final String own = "prebake-" + UUID.randomUUID();

    @Test
    @DisplayName("is so in the lab, which lacks nothing of it")
    void lab() throws Exception {
        try (Lab lab = Lab.open(DataPlanes.detect(folder.resolve("home")).openDirectories(), LabObserver.none());
                ForeignAws aws = new ForeignAws(lab.endpoint())) {
            suite(aws);
            assertThat(aws.lacking()).isEmpty();
        }
    }

    @Test
    @Tag("docker")
    @DisplayName("is so in LocalStack, or at the endpoint given, but for what that lacks")
    void foreign() throws Exception {
        String given = System.getProperty(ENDPOINT_PROPERTY);
        if (given != null) {
            try (ForeignAws aws = new ForeignAws(URI.create(given))) {
                suite(aws);
                report(given, aws);
            }
            return;
        }
        assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "there is no Docker to run " + LOCALSTACK + " in, and no -D" + ENDPOINT_PROPERTY + "=URL");
        try (LocalStackContainer container = new LocalStackContainer(DockerImageName.parse(LOCALSTACK))) {
            container.start();
            try (ForeignAws aws = new ForeignAws(container.getEndpoint())) {
                suite(aws);
                report(LOCALSTACK, aws);
            }
        }
    }

    /** What isn't there stands in the build's output. */
    private static void report(String who, ForeignAws aws) {
        System.out.println(who
                + (aws.lacking().isEmpty() ? " lacks nothing of it." : " lacks " + String.join(", ", aws.lacking())));
    }

    private void suite(ForeignAws aws) throws InterruptedException {
        parameter(aws);
        stateMachine(aws);
        snapshot(aws);
    }

    /** As PublishSnapshot and AwaitTurn use one. */
    private void parameter(ForeignAws aws) {
        String name = "/" + own + "/snapshot-id";
        assertThatThrownBy(() -> value(aws, name)).isInstanceOf(ParameterNotFoundException.class);
        assertThat(put(aws, name, "snap-1")).isEqualTo(1);
        assertThat(put(aws, name, "snap-2")).isEqualTo(2);
        assertThat(value(aws, name)).isEqualTo("snap-2");
        assertThat(value(aws, name + ":1")).isEqualTo("snap-1");
        var history = aws.ask(
                "ssm:GetParameterHistory",
                () -> aws.ssm()
                        .getParameterHistory(
                                GetParameterHistoryRequest.builder().name(name).build()));
        if (history != null) {
            assertThat(history.parameters())
                    .extracting(ParameterHistory::version, ParameterHistory::value)
                    .containsExactly(tuple(1L, "snap-1"), tuple(2L, "snap-2"));
        }
        var ignored = aws.ask(
                "ssm:DeleteParameter",
                () -> aws.ssm()
                        .deleteParameter(
                                DeleteParameterRequest.builder().name(name).build()));
    }

    private static long put(ForeignAws aws, String name, String value) {
        return aws.ssm()
                .putParameter(PutParameterRequest.builder()
                        .name(name)
                        .value(value)
                        .type(ParameterType.STRING)
                        .overwrite(true)
                        .build())
                .version();
    }

    private static String value(ForeignAws aws, String name) {
        return aws.ssm()
                .getParameter(GetParameterRequest.builder().name(name).build())
                .parameter()
                .value();
    }

    /** The workflow, over functions that don't exist: it has to begin, to fail, and to say where. */
    private void stateMachine(ForeignAws aws) throws InterruptedException {
        String definition = definition();
        String machine = aws.states()
                .createStateMachine(CreateStateMachineRequest.builder()
                        .name(own)
                        .roleArn("arn:aws:iam::" + RequiredAccess.ACCOUNT + ":role/" + own)
                        .definition(definition)
                        .build())
                .stateMachineArn();
        try {
            assertThat(aws.states()
                            .describeStateMachine(DescribeStateMachineRequest.builder()
                                    .stateMachineArn(machine)
                                    .build())
                            .definition())
                    .isEqualTo(definition);
            String execution = aws.states()
                    .startExecution(StartExecutionRequest.builder()
                            .stateMachineArn(machine)
                            .name("first")
                            .input("{}")
                            .build())
                    .executionArn();
            assertThat(execution).endsWith(":execution:" + own + ":first");

            DescribeExecutionResponse ended = ended(aws, execution);

            assertThat(ended.status()).isEqualTo(ExecutionStatus.FAILED);
            assertThat(ended.error()).isEqualTo("Lambda.ResourceNotFoundException");
            assertThat(ended.cause()).startsWith("PlanBake: ");
            assertThat(aws.states()
                            .getExecutionHistory(GetExecutionHistoryRequest.builder()
                                    .executionArn(execution)
                                    .build())
                            .events())
                    .extracting(HistoryEvent::type)
                    .startsWith(
                            HistoryEventType.EXECUTION_STARTED,
                            HistoryEventType.PASS_STATE_ENTERED,
                            HistoryEventType.PASS_STATE_EXITED,
                            HistoryEventType.TASK_STATE_ENTERED,
                            HistoryEventType.TASK_SCHEDULED)
                    .endsWith(HistoryEventType.FAIL_STATE_ENTERED, HistoryEventType.EXECUTION_FAILED);
        } finally {
            var ignored = aws.states()
                    .deleteStateMachine(DeleteStateMachineRequest.builder()
                            .stateMachineArn(machine)
                            .build());
        }
    }

    private static DescribeExecutionResponse ended(ForeignAws aws, String execution) throws InterruptedException {
        for (long waited = 0; waited < LONGEST.toMillis(); waited += 100) {
            DescribeExecutionResponse described = aws.states()
                    .describeExecution(DescribeExecutionRequest.builder()
                            .executionArn(execution)
                            .build());
            if (described.status() != ExecutionStatus.RUNNING) {
                return described;
            }
            Thread.sleep(100);
        }
        throw new AssertionError(execution + " has not ended within " + LONGEST + ".");
    }

    /** Each name that a deployment fills in stands for a function that there is none of. */
    private static String definition() {
        return Definition.substitute(Definition.placeholders().stream()
                .collect(Collectors.toMap(name -> name, name -> name.equals("Defaults") ? "{}" : "prebake-absent")));
    }

    /** As CreateSnapshot, EnableFastRestore and RetireSnapshots use one. */
    private void snapshot(ForeignAws aws) throws InterruptedException {
        String zone = RequiredAccess.REGION + "a";
        String volume = aws.ec2()
                .createVolume(CreateVolumeRequest.builder()
                        .availabilityZone(zone)
                        .size(1)
                        .volumeType(VolumeType.GP3)
                        .build())
                .volumeId();
        TagSpecification tags = TagSpecification.builder()
                .resourceType(ResourceType.SNAPSHOT)
                .tags(tag("prebake:cache", own))
                .build();
        String id = aws.ec2()
                .createSnapshot(CreateSnapshotRequest.builder()
                        .volumeId(volume)
                        .tagSpecifications(tags)
                        .build())
                .snapshotId();
        try {
            assertThat(completed(aws).snapshotId()).isEqualTo(id);
            fastRestore(aws, id, zone);
        } finally {
            var _ = aws.ec2()
                    .deleteSnapshot(
                            DeleteSnapshotRequest.builder().snapshotId(id).build());
            var _ = aws.ec2()
                    .deleteVolume(DeleteVolumeRequest.builder().volumeId(volume).build());
        }
    }

    /** Our only snapshot, found by its tag. */
    private Snapshot completed(ForeignAws aws) throws InterruptedException {
        for (long waited = 0; waited < LONGEST.toMillis(); waited += 100) {
            var found = aws.ec2()
                    .describeSnapshots(DescribeSnapshotsRequest.builder()
                            .ownerIds("self")
                            .filters(Filter.builder()
                                    .name("tag:prebake:cache")
                                    .values(own)
                                    .build())
                            .build())
                    .snapshots();
            assertThat(found).hasSize(1);
            if (found.getFirst().state() == SnapshotState.COMPLETED) {
                return found.getFirst();
            }
            Thread.sleep(100);
        }
        throw new AssertionError("The snapshot of " + own + " was not completed within " + LONGEST + ".");
    }

    private static void fastRestore(ForeignAws aws, String snapshot, String zone) {
        var enabled = aws.ask(
                "ec2:EnableFastSnapshotRestores",
                () -> aws.ec2()
                        .enableFastSnapshotRestores(EnableFastSnapshotRestoresRequest.builder()
                                .sourceSnapshotIds(snapshot)
                                .availabilityZones(zone)
                                .build()));
        if (enabled != null) {
            assertThat(enabled.unsuccessful()).isEmpty();
            assertThat(enabled.successful()).singleElement().satisfies(item -> {
                assertThat(item.snapshotId()).isEqualTo(snapshot);
                assertThat(item.availabilityZone()).isEqualTo(zone);
            });
        }
        var described = aws.ask(
                "ec2:DescribeFastSnapshotRestores",
                () -> aws.ec2()
                        .describeFastSnapshotRestores(DescribeFastSnapshotRestoresRequest.builder()
                                .filters(Filter.builder()
                                        .name("snapshot-id")
                                        .values(snapshot)
                                        .build())
                                .build()));
        if (enabled != null && described != null) {
            assertThat(described.fastSnapshotRestores()).hasSize(1);
        }
        var disabled = aws.ask(
                "ec2:DisableFastSnapshotRestores",
                () -> aws.ec2()
                        .disableFastSnapshotRestores(DisableFastSnapshotRestoresRequest.builder()
                                .sourceSnapshotIds(snapshot)
                                .availabilityZones(zone)
                                .build()));
        if (enabled != null && disabled != null) {
            assertThat(disabled.successful()).hasSize(1);
        }
    }

    private static software.amazon.awssdk.services.ec2.model.Tag tag(String key, String value) {
        return software.amazon.awssdk.services.ec2.model.Tag.builder()
                .key(key)
                .value(value)
                .build();
    }
}
