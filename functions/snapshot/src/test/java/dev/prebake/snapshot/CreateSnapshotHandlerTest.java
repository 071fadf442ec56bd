package dev.prebake.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.AwsCallFailedException;
import dev.prebake.kernel.HandlerCall;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesResponse;

@DisplayName("CreateSnapshot")
class CreateSnapshotHandlerTest {
    private final Ec2Client ec2 = mock(Ec2Client.class, CALLS_REAL_METHODS);
    private final CreateSnapshotHandler handler = new CreateSnapshotHandler(ec2);

    @BeforeEach
    void nothingBegunYet() {
        doReturn(DescribeSnapshotsResponse.builder().build())
                .when(ec2)
                .describeSnapshots(any(DescribeSnapshotsRequest.class));
        doReturn(CreateSnapshotResponse.builder()
                        .snapshotId("snap-0b3d5f7a9c1e2d4f6")
                        .volumeSize(40)
                        .startTime(Instant.parse("2026-11-24T05:20:01Z"))
                        .build())
                .when(ec2)
                .createSnapshot(any(CreateSnapshotRequest.class));
        doReturn(TerminateInstancesResponse.builder().build())
                .when(ec2)
                .terminateInstances(any(TerminateInstancesRequest.class));
    }

    @Test
    @DisplayName("begins the snapshot of the data volume, then terminates the builder, and answers the snapshot")
    void begins() {
        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("CreateSnapshot"));

        assertThat(answer)
                .hasToString("{\"snapshotId\":\"snap-0b3d5f7a9c1e2d4f6\",\"volumeSizeGiB\":40,"
                        + "\"usedBytes\":20911259648,\"execution\":\"6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10\","
                        + "\"startedAt\":\"2026-11-24T05:20:01Z\"}");
        var order = inOrder(ec2);
        order.verify(ec2).describeSnapshots(any(DescribeSnapshotsRequest.class));
        order.verify(ec2).createSnapshot(any(CreateSnapshotRequest.class));
        order.verify(ec2).terminateInstances(any(TerminateInstancesRequest.class));
        var terminated = ArgumentCaptor.forClass(TerminateInstancesRequest.class);
        verify(ec2).terminateInstances(terminated.capture());
        assertThat(terminated.getValue().instanceIds()).containsExactly("i-0a4c7d9e2f1b38560");
        assertThat(created().volumeId()).isEqualTo("vol-0c2e4f6a8b1d3e5f7");
        assertThat(created().description())
                .isEqualTo("Prebake cache pytorch: 2 images, baked by execution 6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10");
    }

    @Test
    @DisplayName("tags the snapshot from the start with what reuse, retention and clean-up look for")
    void tags() {
        HandlerCall.call(handler, HandlerCall.event("CreateSnapshot"));

        assertThat(created().tagSpecifications()).hasSize(1);
        assertThat(created().tagSpecifications().getFirst().resourceTypeAsString())
                .isEqualTo("snapshot");
        assertThat(created().tagSpecifications().getFirst().tags().stream()
                        .collect(Collectors.toMap(Tag::key, Tag::value)))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "Name", "prebake pytorch",
                        "prebake:cache", "pytorch",
                        "prebake:fingerprint", "5f0c2f0f3ad9a4bdf6f4a1b7d2f8f7f44d1f2f6ac2a4a6a3d5c0b9e8f7a6b5c4",
                        "prebake:execution", "6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10",
                        "prebake:architecture", "amd64",
                        "prebake:used-bytes", "20911259648",
                        "prebake:images",
                                "nvcr.io/nvidia/k8s-device-plugin:v0.16.2@sha256:ed39e22c8b71"
                                        + " nvcr.io/nvidia/pytorch:24.08-py3@sha256:0e5b2ba2f7c5"));
    }

    @Test
    @DisplayName("names the base in tag and answer when the bake has kept it, and only then")
    void base() {
        ObjectNode event = HandlerCall.event("CreateSnapshot");
        ObjectNode base = ((ObjectNode) event.path("report"))
                .putObject("base")
                .put("snapshotId", "snap-0a2c4e6f8b1d3e5f7")
                .put("kept", true);

        assertThat(HandlerCall.call(handler, event).path("base").asText()).isEqualTo("snap-0a2c4e6f8b1d3e5f7");
        assertThat(created().tagSpecifications().getFirst().tags())
                .contains(Tag.builder()
                        .key("prebake:base")
                        .value("snap-0a2c4e6f8b1d3e5f7")
                        .build());

        clearInvocations(ec2);
        base.put("kept", false).put("discarded", "its file system is damaged");
        assertThat(HandlerCall.call(handler, event).has("base")).isFalse();
        assertThat(created().tagSpecifications().getFirst().tags())
                .extracting(Tag::key)
                .doesNotContain("prebake:base");
    }

    @Test
    @DisplayName("names as many images in their tag as its 256 characters hold, digests shortened, and counts the rest")
    void imagesTag() {
        ObjectNode event = HandlerCall.event("CreateSnapshot");
        ArrayNode images = (ArrayNode) event.path("plan").path("images");
        ObjectNode template = (ObjectNode) images.get(0);
        images.removeAll();
        for (int i = 10; i < 20; i++) {
            String digest = "sha256:" + "0123456789abcdef".repeat(4);
            images.add(template.deepCopy()
                    .put("reference", "docker.io/library/image" + i + "@" + digest)
                    .put("digest", digest));
        }

        HandlerCall.call(handler, event);

        String tag = created().tagSpecifications().getFirst().tags().stream()
                .filter(one -> one.key().equals("prebake:images"))
                .map(Tag::value)
                .findFirst()
                .orElseThrow();
        assertThat(tag)
                .hasSizeLessThanOrEqualTo(256)
                .startsWith(
                        "docker.io/library/image10@sha256:0123456789ab docker.io/library/image11@sha256:0123456789ab ")
                .endsWith(" docker.io/library/image14@sha256:0123456789ab +5");
    }

    @Test
    @DisplayName("answers the snapshot that an earlier try has begun, and terminates the builder all the same")
    void begunBefore() {
        doReturn(DescribeSnapshotsResponse.builder()
                        .nextToken("more")
                        .snapshots(Snapshot.builder()
                                .snapshotId("snap-0000000000000bad0")
                                .state(SnapshotState.ERROR)
                                .build())
                        .build())
                .doReturn(DescribeSnapshotsResponse.builder()
                        .snapshots(Snapshot.builder()
                                .snapshotId("snap-0b3d5f7a9c1e2d4f6")
                                .state(SnapshotState.PENDING)
                                .volumeSize(40)
                                .startTime(Instant.parse("2026-11-24T05:20:01Z"))
                                .build())
                        .build())
                .when(ec2)
                .describeSnapshots(any(DescribeSnapshotsRequest.class));

        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("CreateSnapshot"));

        assertThat(answer.path("snapshotId").asText()).isEqualTo("snap-0b3d5f7a9c1e2d4f6");
        verify(ec2, never()).createSnapshot(any(CreateSnapshotRequest.class));
        verify(ec2).terminateInstances(any(TerminateInstancesRequest.class));
        var asked = ArgumentCaptor.forClass(DescribeSnapshotsRequest.class);
        verify(ec2, times(2)).describeSnapshots(asked.capture());
        assertThat(asked.getValue().ownerIds()).containsExactly("self");
        assertThat(asked.getValue().nextToken()).isEqualTo("more");
        assertThat(asked.getValue().filters())
                .containsExactly(Filter.builder()
                        .name("tag:prebake:execution")
                        .values("6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10")
                        .build());
    }

    @Test
    @DisplayName("is content when the builder is gone already, and fails when it may not terminate it")
    void builderGone() {
        doThrow(refusal("InvalidInstanceID.NotFound"))
                .doThrow(refusal("UnauthorizedOperation"))
                .when(ec2)
                .terminateInstances(any(TerminateInstancesRequest.class));

        assertThat(HandlerCall.call(handler, HandlerCall.event("CreateSnapshot"))
                        .has("snapshotId"))
                .isTrue();
        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("CreateSnapshot")))
                .isInstanceOf(AwsCallFailedException.class);
    }

    private CreateSnapshotRequest created() {
        var request = ArgumentCaptor.forClass(CreateSnapshotRequest.class);
        verify(ec2).createSnapshot(request.capture());
        return request.getValue();
    }

    static Throwable refusal(String code) {
        return Ec2Exception.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("as EC2 puts it")
                        .build())
                .statusCode(400)
                .build();
    }
}
