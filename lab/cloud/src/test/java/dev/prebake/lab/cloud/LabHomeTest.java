package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prebake.lab.host.DataPlanes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;

@DisplayName("A lab's home")
class LabHomeTest {
    private static final String PARAMETER = "/prebake/default/snapshot-id";

    @TempDir
    private Path folder;

    @Test
    @DisplayName(
            "keeps snapshots, fast restores, parameters and executions for the next lab, which reuses the snapshot")
    void survives() throws Exception {
        try (var images = new Images(folder.resolve("images"))) {
            DescribeExecutionResponse first;
            List<Snapshot> snapshots;
            String manifest;
            try (var aws = new Session(folder.resolve("home"))) {
                first = aws.bake("first", images.reference());
                snapshots = snapshots(aws);
                manifest = aws.manifest().toString();
            }

            try (var aws = new Session(folder.resolve("home"))) {
                assertThat(aws.lab.recovered()).isEmpty();
                assertThat(aws.describe(first.executionArn())).isEqualTo(first);
                assertThat(snapshots(aws)).isEqualTo(snapshots).hasSize(1);
                assertThat(aws.manifest()).hasToString(manifest);
                assertThat(aws.lab
                                .ec2()
                                .describeFastSnapshotRestores(DescribeFastSnapshotRestoresRequest.builder()
                                        .build())
                                .fastSnapshotRestores())
                        .hasSize(1);

                DescribeExecutionResponse second = aws.bake("second", images.reference());
                assertThat(Session.json(second.output()).path("reused").asBoolean())
                        .isTrue();
                assertThat(aws.states()).doesNotContain("LaunchBuilder");
                assertThat(aws.parameter(PARAMETER))
                        .isEqualTo(snapshots.getFirst().snapshotId());
            }
        }
    }

    @Test
    @DisplayName("is opened no earlier in lab time than it has reached, so that what comes later is later")
    void goesOn() {
        Instant reached;
        try (var aws = new Session(folder.resolve("home"))) {
            aws.lab.clock().pass(Duration.ofDays(30));
            reached = aws.lab.clock().instant();
            var ignored = aws.lab
                    .ssm()
                    .putParameter(PutParameterRequest.builder()
                            .name("/late")
                            .value("1")
                            .type(ParameterType.STRING)
                            .build());
        }

        try (var aws = new Session(folder.resolve("home"))) {
            assertThat(aws.lab.clock().instant()).isAfterOrEqualTo(reached);
            assertThat(aws.lab.clock().skipped()).isZero();
        }
    }

    @Test
    @DisplayName("that a killed lab left is put in order as it is opened, and each thing is said")
    void recovers() throws IOException {
        Path home = Files.createDirectories(folder.resolve("home/directories"));
        entry(home.resolve("volumes/vol-0a"));
        entry(home.resolve("snapshots/snap-0a"));
        entry(home.resolve("snapshots/snap-0c"));
        entry(home.resolve("snapshots/.unfinished-snap-0b"));
        Files.createDirectories(home.resolve("machines/i-0a"));
        Files.writeString(home.resolve("account.json"), """
                {
                  "snapshots": [
                    {"snapshotId": "snap-0a", "volumeId": "vol-0a", "volumeSizeGiB": 1, "description": "",
                     "startedAt": "2026-01-01T00:00:00Z", "completedAt": "2026-01-01T00:01:00Z", "tags": {}},
                    {"snapshotId": "snap-0b", "volumeId": "vol-0a", "volumeSizeGiB": 1, "description": "",
                     "startedAt": "2026-01-01T00:02:00Z", "tags": {}}
                  ],
                  "fastRestores": [
                    {"snapshotId": "snap-0b", "availabilityZone": "us-east-1a", "volumeSizeGiB": 1,
                     "enabledAt": "2026-01-01T00:03:00Z"}
                  ],
                  "parameters": [
                    {"name": "/prebake/default/snapshot-id", "value": "snap-0a", "type": "String", "version": 4,
                     "modifiedAt": "2026-01-01T00:01:00Z"}
                  ]
                }
                """);
        Files.createDirectories(home.resolve("executions"));
        Files.writeString(home.resolve("executions/lost.json"), """
                {"name": "lost", "input": {"images": []}, "status": "RUNNING", "startedAt": "2026-01-01T00:00:00Z"}
                """);
        Files.writeString(home.resolve("executions/next.json.next"), "{\"name\": \"ne");

        try (var aws = new Session(folder.resolve("home"))) {
            assertThat(aws.lab.recovered())
                    .containsExactlyInAnyOrder(
                            "Removed machine i-0a, which had been cut off.",
                            "Removed snapshot snap-0b, which was not complete.",
                            "Marked execution lost as aborted: the lab was killed while it ran.",
                            "Deleted volume vol-0a, which its lab left.",
                            "Removed snapshot snap-0b, which never became whole.",
                            "Deleted snapshot snap-0c, which the account doesn't have.");
            DescribeExecutionResponse lost =
                    aws.describe("arn:aws:states:us-east-1:123456789012:execution:prebake:lost");
            assertThat(lost.status()).isEqualTo(ExecutionStatus.ABORTED);
            assertThat(lost.error()).isEqualTo("Lab.Killed");
            assertThat(snapshots(aws)).extracting(Snapshot::snapshotId).containsExactly("snap-0a");
            assertThat(aws.lab.plane().volumes()).isEmpty();
            assertThat(aws.lab.plane().machines()).isEmpty();
            assertThat(aws.parameter(PARAMETER)).isEqualTo("snap-0a");
            assertThat(aws.lab
                            .ec2()
                            .describeFastSnapshotRestores(DescribeFastSnapshotRestoresRequest.builder()
                                    .build())
                            .fastSnapshotRestores())
                    .isEmpty();
        }
        assertThat(names(home.resolve("volumes"))).isEmpty();
        assertThat(names(home.resolve("machines"))).isEmpty();
        assertThat(names(home.resolve("snapshots"))).containsExactly("snap-0a");
        try (var aws = new Session(folder.resolve("home"))) {
            assertThat(aws.lab.recovered()).isEmpty();
        }
    }

    @Test
    @DisplayName("without a whole copy of a completed snapshot loses that snapshot")
    void missingCopy() throws IOException {
        Path home = Files.createDirectories(folder.resolve("home/directories"));
        Files.writeString(home.resolve("account.json"), """
                {"snapshots": [{"snapshotId": "snap-0a", "volumeId": "vol-0a", "volumeSizeGiB": 1, "description": "",
                  "startedAt": "2026-01-01T00:00:00Z", "completedAt": "2026-01-01T00:01:00Z", "tags": {}}],
                 "fastRestores": [], "parameters": []}
                """);

        try (var aws = new Session(folder.resolve("home"))) {
            assertThat(aws.lab.recovered()).containsExactly("Removed snapshot snap-0a, which never became whole.");
            assertThat(snapshots(aws)).isEmpty();
        }
    }

    @Test
    @DisplayName("with state that nobody can read is refused in words that name the file, and given back")
    void unreadable() throws IOException {
        Path home = Files.createDirectories(folder.resolve("home/directories"));
        Files.writeString(home.resolve("account.json"), "{\"snapshots\": 7}");

        assertThatThrownBy(() -> new Session(folder.resolve("home")))
                .isInstanceOf(LabException.class)
                .hasMessageContaining(home.toRealPath().resolve("account.json").toString())
                .hasMessageContaining("move it away");

        DataPlanes.detect(folder.resolve("home")).openDirectories().close();
    }

    private static void entry(Path entry) throws IOException {
        Files.createDirectories(entry.resolve("data"));
        Files.writeString(entry.resolve("size-gib"), "1");
    }

    private static List<Snapshot> snapshots(Session aws) {
        return aws.lab
                .ec2()
                .describeSnapshots(DescribeSnapshotsRequest.builder().build())
                .snapshots();
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
