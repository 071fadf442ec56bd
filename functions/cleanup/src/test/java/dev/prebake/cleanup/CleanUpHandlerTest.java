package dev.prebake.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.HandlerCall;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesResponse;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceState;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterResponse;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.SsmException;

@DisplayName("CleanUp")
class CleanUpHandlerTest {
    private static final Filter OF_EXECUTION = Filter.builder()
            .name("tag:prebake:execution")
            .values("6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10")
            .build();

    private final Ec2Client ec2 = mock(Ec2Client.class, CALLS_REAL_METHODS);
    private final SsmClient ssm = mock(SsmClient.class, CALLS_REAL_METHODS);
    private final CleanUpHandler handler = new CleanUpHandler(ec2, ssm);

    @BeforeEach
    void nothingLeft() {
        doReturn(DescribeInstancesResponse.builder().build())
                .when(ec2)
                .describeInstances(any(DescribeInstancesRequest.class));
        doReturn(DescribeVolumesResponse.builder().build())
                .when(ec2)
                .describeVolumes(any(DescribeVolumesRequest.class));
        doReturn(DescribeSnapshotsResponse.builder().build())
                .when(ec2)
                .describeSnapshots(any(DescribeSnapshotsRequest.class));
        doReturn(TerminateInstancesResponse.builder().build())
                .when(ec2)
                .terminateInstances(any(TerminateInstancesRequest.class));
        doReturn(DeleteVolumeResponse.builder().build()).when(ec2).deleteVolume(any(DeleteVolumeRequest.class));
        doReturn(DeleteSnapshotResponse.builder().build()).when(ec2).deleteSnapshot(any(DeleteSnapshotRequest.class));
        doReturn(DisableFastSnapshotRestoresResponse.builder().build())
                .when(ec2)
                .disableFastSnapshotRestores(any(DisableFastSnapshotRestoresRequest.class));
    }

    @Test
    @DisplayName("is done when nothing carries the execution's tag, and looks for nothing else")
    void nothing() {
        assertThat(HandlerCall.call(handler, HandlerCall.event("CleanUp")))
                .hasToString("{\"done\":true,\"removed\":[]}");

        var instances = ArgumentCaptor.forClass(DescribeInstancesRequest.class);
        verify(ec2).describeInstances(instances.capture());
        assertThat(instances.getValue().filters()).containsExactly(OF_EXECUTION);
        var volumes = ArgumentCaptor.forClass(DescribeVolumesRequest.class);
        verify(ec2).describeVolumes(volumes.capture());
        assertThat(volumes.getValue().filters()).containsExactly(OF_EXECUTION);
        var snapshots = ArgumentCaptor.forClass(DescribeSnapshotsRequest.class);
        verify(ec2).describeSnapshots(snapshots.capture());
        assertThat(snapshots.getValue().filters()).containsExactly(OF_EXECUTION);
        assertThat(snapshots.getValue().ownerIds()).containsExactly("self");
        verifyNoInteractions(ssm);
    }

    @Test
    @DisplayName("removes builder, free volume and unfinished snapshot, and asks to be called again to see them gone")
    void removes() {
        instanceIs("running");
        volumeIs("available");
        snapshotIs("pending");

        assertThat(HandlerCall.call(handler, HandlerCall.event("CleanUp")))
                .hasToString("{\"done\":false,\"waitSeconds\":2,\"removed\":[\"i-1\",\"vol-1\",\"snap-1\"]}");
        var terminated = ArgumentCaptor.forClass(TerminateInstancesRequest.class);
        verify(ec2).terminateInstances(terminated.capture());
        assertThat(terminated.getValue().instanceIds()).containsExactly("i-1");
        var volume = ArgumentCaptor.forClass(DeleteVolumeRequest.class);
        verify(ec2).deleteVolume(volume.capture());
        assertThat(volume.getValue().volumeId()).isEqualTo("vol-1");
        var snapshot = ArgumentCaptor.forClass(DeleteSnapshotRequest.class);
        verify(ec2).deleteSnapshot(snapshot.capture());
        assertThat(snapshot.getValue().snapshotId()).isEqualTo("snap-1");
    }

    @Test
    @DisplayName("waits for an ending builder and the volume that it still has")
    void waits() {
        instanceIs("shutting-down");
        volumeIs("in-use");

        assertThat(HandlerCall.call(handler, HandlerCall.event("CleanUp")))
                .hasToString("{\"done\":false,\"waitSeconds\":2,\"removed\":[]}");
        verify(ec2, never()).deleteVolume(any(DeleteVolumeRequest.class));
    }

    @Test
    @DisplayName("is done when all that is left is a terminated builder and a whole snapshot, which stays for reuse")
    void wholeSnapshotStays() {
        instanceIs("terminated");
        snapshotIs("completed");
        fastRestoreOn();
        publishedIs("");

        assertThat(HandlerCall.call(handler, HandlerCall.event("CleanUp")))
                .hasToString("{\"done\":true,\"removed\":[]}");
        verify(ec2, never()).deleteSnapshot(any(DeleteSnapshotRequest.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "snap-of-an-earlier-execution"})
    @DisplayName("disables Fast Snapshot Restore on a whole snapshot that wasn't published")
    void unpublished(String published) {
        snapshotIs("completed");
        fastRestoreOn("eu-central-1a", "eu-central-1b");
        publishedIs(published);

        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("CleanUp"));

        assertThat(answer).hasToString("{\"done\":false,\"waitSeconds\":2,\"removed\":[\"snap-1\"]}");
        var disabled = ArgumentCaptor.forClass(DisableFastSnapshotRestoresRequest.class);
        verify(ec2).disableFastSnapshotRestores(disabled.capture());
        assertThat(disabled.getValue().sourceSnapshotIds()).containsExactly("snap-1");
        assertThat(disabled.getValue().availabilityZones()).containsExactly("eu-central-1a", "eu-central-1b");
    }

    @Test
    @DisplayName(
            "leaves the published snapshot's Fast Snapshot Restore alone when a state after the publication failed")
    void published() {
        snapshotIs("completed");
        fastRestoreOn("eu-central-1a");
        publishedIs("snap-1");

        assertThat(HandlerCall.call(handler, HandlerCall.event("CleanUp")))
                .hasToString("{\"done\":true,\"removed\":[]}");
        verify(ec2, never()).disableFastSnapshotRestores(any(DisableFastSnapshotRestoresRequest.class));
        var asked = ArgumentCaptor.forClass(GetParameterRequest.class);
        verify(ssm).getParameter(asked.capture());
        assertThat(asked.getValue().name()).isEqualTo("/prebake/pytorch/snapshot-id");
    }

    @Test
    @DisplayName("disables it on what the published snapshot has superseded, when that is what failed")
    void superseded() {
        snapshotsAre("snap-1", "snap-old");
        publishedIs("snap-1");
        doReturn(DescribeFastSnapshotRestoresResponse.builder()
                        .fastSnapshotRestores(DescribeFastSnapshotRestoreSuccessItem.builder()
                                .snapshotId("snap-old")
                                .availabilityZone("eu-central-1a")
                                .build())
                        .build())
                .when(ec2)
                .describeFastSnapshotRestores(any(DescribeFastSnapshotRestoresRequest.class));

        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("CleanUp").put("snapshotId", "snap-1"));

        assertThat(answer.path("removed")).hasToString("[\"snap-old\"]");
        verify(ec2, never()).deleteSnapshot(any(DeleteSnapshotRequest.class));
    }

    @Test
    @DisplayName("disables it on an earlier execution's snapshot too, when the failed one was to publish that")
    void reused() {
        fastRestoreOn("eu-central-1a");
        publishedIs("");

        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("CleanUp").put("snapshotId", "snap-1"));

        assertThat(answer.path("removed")).hasToString("[\"snap-1\"]");
        verify(ec2, never()).deleteSnapshot(any(DeleteSnapshotRequest.class));
    }

    @Test
    @DisplayName("is content with what is gone by the time that it is to be removed")
    void goneMeanwhile() {
        instanceIs("running");
        doThrow(refusal("InvalidInstanceID.NotFound"))
                .when(ec2)
                .terminateInstances(any(TerminateInstancesRequest.class));

        assertThat(HandlerCall.call(handler, HandlerCall.event("CleanUp")))
                .hasToString("{\"done\":true,\"removed\":[]}");
    }

    @Test
    @DisplayName("removes the rest when AWS refuses one thing, and tries that again")
    void refusedOne() {
        instanceIs("running");
        volumeIs("available");
        doThrow(refusal("UnauthorizedOperation")).when(ec2).terminateInstances(any(TerminateInstancesRequest.class));

        assertThat(HandlerCall.call(handler, HandlerCall.event("CleanUp")))
                .hasToString("{\"done\":false,\"waitSeconds\":2,\"removed\":[\"vol-1\"]}");
    }

    @Test
    @DisplayName("fails at once when AWS refuses for good to remove all that is left, naming it")
    void refusedAll() {
        instanceIs("running");
        doThrow(refusal("UnauthorizedOperation")).when(ec2).terminateInstances(any(TerminateInstancesRequest.class));

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("CleanUp")))
                .isInstanceOf(CleanUpIncompleteException.class)
                .hasMessageContaining("i-1 (running; UnauthorizedOperation: as EC2 puts it");
    }

    @Test
    @DisplayName("fails after fifteen minutes, naming what is left and the tag to find it by")
    void deadline() {
        volumeIs("in-use");

        assertThatThrownBy(() ->
                        HandlerCall.call(handler, HandlerCall.event("CleanUp").put("now", "2026-11-24T05:40:00.000Z")))
                .isInstanceOf(CleanUpIncompleteException.class)
                .hasMessageContaining("ended after 15 min with vol-1 (in-use) left")
                .hasMessageContaining("prebake:execution = 6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10");
    }

    private void instanceIs(String state) {
        doReturn(DescribeInstancesResponse.builder()
                        .reservations(Reservation.builder()
                                .instances(Instance.builder()
                                        .instanceId("i-1")
                                        .state(InstanceState.builder()
                                                .name(state)
                                                .build())
                                        .build())
                                .build())
                        .build())
                .when(ec2)
                .describeInstances(any(DescribeInstancesRequest.class));
    }

    private void volumeIs(String state) {
        doReturn(DescribeVolumesResponse.builder()
                        .volumes(Volume.builder().volumeId("vol-1").state(state).build())
                        .build())
                .when(ec2)
                .describeVolumes(any(DescribeVolumesRequest.class));
    }

    private void snapshotIs(String state) {
        doReturn(DescribeSnapshotsResponse.builder()
                        .snapshots(Snapshot.builder()
                                .snapshotId("snap-1")
                                .startTime(Instant.parse("2026-11-24T05:20:00Z"))
                                .state(state)
                                .build())
                        .build())
                .when(ec2)
                .describeSnapshots(any(DescribeSnapshotsRequest.class));
    }

    /** Completed ones of the cache, each a day older than the one before. */
    private void snapshotsAre(String... ids) {
        var snapshots = new Snapshot[ids.length];
        for (int i = 0; i < ids.length; i++) {
            snapshots[i] = Snapshot.builder()
                    .snapshotId(ids[i])
                    .startTime(Instant.parse("2026-11-24T05:20:00Z").minus(Duration.ofDays(i)))
                    .state("completed")
                    .build();
        }
        doReturn(DescribeSnapshotsResponse.builder().build())
                .doReturn(
                        DescribeSnapshotsResponse.builder().snapshots(snapshots).build())
                .when(ec2)
                .describeSnapshots(any(DescribeSnapshotsRequest.class));
    }

    private void fastRestoreOn(String... zones) {
        var items = new DescribeFastSnapshotRestoreSuccessItem[zones.length];
        for (int i = 0; i < zones.length; i++) {
            items[i] = DescribeFastSnapshotRestoreSuccessItem.builder()
                    .snapshotId("snap-1")
                    .availabilityZone(zones[i])
                    .build();
        }
        doReturn(DescribeFastSnapshotRestoresResponse.builder()
                        .fastSnapshotRestores(items)
                        .build())
                .when(ec2)
                .describeFastSnapshotRestores(any(DescribeFastSnapshotRestoresRequest.class));
    }

    private void publishedIs(String snapshotId) {
        if (snapshotId.isEmpty()) {
            doThrow(SsmException.builder()
                            .awsErrorDetails(AwsErrorDetails.builder()
                                    .errorCode("ParameterNotFound")
                                    .build())
                            .statusCode(400)
                            .build())
                    .when(ssm)
                    .getParameter(any(GetParameterRequest.class));
        } else {
            doReturn(GetParameterResponse.builder()
                            .parameter(Parameter.builder().value(snapshotId).build())
                            .build())
                    .when(ssm)
                    .getParameter(any(GetParameterRequest.class));
        }
    }

    private static Throwable refusal(String code) {
        return Ec2Exception.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("as EC2 puts it")
                        .build())
                .statusCode(400)
                .build();
    }
}
