package dev.prebake.retire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.AwsCallFailedException;
import dev.prebake.kernel.HandlerCall;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesResponse;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoreErrorItem;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoreStateError;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoreStateErrorItem;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Volume;

@DisplayName("RetireSnapshots")
class RetireSnapshotsHandlerTest {
    private static final String PUBLISHED = "snap-0b3d5f7a9c1e2d4f6";

    private final Ec2Client ec2 = mock(Ec2Client.class, CALLS_REAL_METHODS);
    private final RetireSnapshotsHandler handler = new RetireSnapshotsHandler(ec2);

    /** Four snapshots on two pages, out of order; the event keeps three. */
    @BeforeEach
    void fourSnapshots() {
        doReturn(DescribeSnapshotsResponse.builder()
                        .nextToken("more")
                        .snapshots(snapshot("snap-oldest", 1), snapshot(PUBLISHED, 4))
                        .build())
                .doReturn(DescribeSnapshotsResponse.builder()
                        .snapshots(snapshot("snap-third", 2), snapshot("snap-second", 3))
                        .build())
                .when(ec2)
                .describeSnapshots(any(DescribeSnapshotsRequest.class));
        doReturn(DescribeVolumesResponse.builder().build())
                .when(ec2)
                .describeVolumes(any(DescribeVolumesRequest.class));
        doReturn(DescribeFastSnapshotRestoresResponse.builder().build())
                .when(ec2)
                .describeFastSnapshotRestores(any(DescribeFastSnapshotRestoresRequest.class));
        doReturn(DeleteSnapshotResponse.builder().build()).when(ec2).deleteSnapshot(any(DeleteSnapshotRequest.class));
    }

    @Test
    @DisplayName("keeps the newest of the cache's completed snapshots and deletes the rest")
    void retires() {
        assertThat(HandlerCall.call(handler, HandlerCall.event("RetireSnapshots")))
                .hasToString("{\"retired\":[\"snap-oldest\"],\"kept\":["
                        + "{\"snapshotId\":\"snap-0b3d5f7a9c1e2d4f6\",\"reason\":\"it is published\"},"
                        + "{\"snapshotId\":\"snap-second\",\"reason\":\"it is among the newest 3\"},"
                        + "{\"snapshotId\":\"snap-third\",\"reason\":\"it is among the newest 3\"}]}");
        assertThat(deleted(1)).containsExactly("snap-oldest");
        var asked = ArgumentCaptor.forClass(DescribeSnapshotsRequest.class);
        verify(ec2, times(2)).describeSnapshots(asked.capture());
        assertThat(asked.getValue().ownerIds()).containsExactly("self");
        assertThat(asked.getValue().filters())
                .containsExactly(
                        Filter.builder()
                                .name("tag:prebake:cache")
                                .values("pytorch")
                                .build(),
                        Filter.builder().name("status").values("completed").build());
    }

    @Test
    @DisplayName("never deletes the published snapshot, however old it is")
    void keepsPublished() {
        ObjectNode event = HandlerCall.event("RetireSnapshots")
                .put("publishedSnapshotId", "snap-oldest")
                .put("retainSnapshots", 1);

        JsonNode answer = HandlerCall.call(handler, event);

        assertThat(answer.path("retired")).hasToString("[\"snap-second\",\"snap-third\"]");
        assertThat(answer.path("kept").get(1).path("snapshotId").asText()).isEqualTo("snap-oldest");
    }

    @Test
    @DisplayName("keeps a snapshot that a volume was made from")
    void keepsInUse() {
        doReturn(DescribeVolumesResponse.builder()
                        .volumes(Volume.builder().volumeId("vol-0123").build())
                        .build())
                .when(ec2)
                .describeVolumes(any(DescribeVolumesRequest.class));

        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("RetireSnapshots"));

        assertThat(answer.path("retired")).isEmpty();
        assertThat(answer.path("kept").get(3))
                .hasToString("{\"snapshotId\":\"snap-oldest\",\"reason\":\"volume vol-0123 was made from it\"}");
        var asked = ArgumentCaptor.forClass(DescribeVolumesRequest.class);
        verify(ec2).describeVolumes(asked.capture());
        assertThat(asked.getValue().filters())
                .containsExactly(Filter.builder()
                        .name("snapshot-id")
                        .values("snap-oldest")
                        .build());
        verify(ec2, never()).deleteSnapshot(any(DeleteSnapshotRequest.class));
    }

    @Test
    @DisplayName("keeps a snapshot that EC2 calls in use, with EC2's reason")
    void keepsWhatEc2Keeps() {
        doThrow(refusal("InvalidSnapshot.InUse", "The snapshot is currently in use by ami-0123"))
                .when(ec2)
                .deleteSnapshot(any(DeleteSnapshotRequest.class));

        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("RetireSnapshots"));

        assertThat(answer.path("retired")).isEmpty();
        assertThat(answer.path("kept").get(3).path("reason").asText()).contains("currently in use by ami-0123");
    }

    @Test
    @DisplayName("counts a snapshot that is gone already as retired, and lets any other refusal through")
    void gone() {
        doThrow(refusal("InvalidSnapshot.NotFound", "gone")).when(ec2).deleteSnapshot(any(DeleteSnapshotRequest.class));
        assertThat(HandlerCall.call(handler, HandlerCall.event("RetireSnapshots"))
                        .path("retired"))
                .hasToString("[\"snap-oldest\"]");

        fourSnapshots();
        doThrow(refusal("UnauthorizedOperation", "no")).when(ec2).deleteSnapshot(any(DeleteSnapshotRequest.class));
        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("RetireSnapshots")))
                .isInstanceOf(AwsCallFailedException.class);
    }

    @Test
    @DisplayName("disables Fast Snapshot Restore on a snapshot before it deletes it")
    void fastRestoreFirst() {
        fastRestoreOn("eu-central-1a", "eu-central-1b");
        doReturn(DisableFastSnapshotRestoresResponse.builder().build())
                .when(ec2)
                .disableFastSnapshotRestores(any(DisableFastSnapshotRestoresRequest.class));

        HandlerCall.call(handler, HandlerCall.event("RetireSnapshots"));

        var disabled = ArgumentCaptor.forClass(DisableFastSnapshotRestoresRequest.class);
        var order = inOrder(ec2);
        order.verify(ec2).disableFastSnapshotRestores(disabled.capture());
        order.verify(ec2).deleteSnapshot(any(DeleteSnapshotRequest.class));
        assertThat(disabled.getValue().sourceSnapshotIds()).containsExactly("snap-oldest");
        assertThat(disabled.getValue().availabilityZones()).containsExactly("eu-central-1a", "eu-central-1b");
    }

    @Test
    @DisplayName(
            "takes Fast Snapshot Restore from superseded snapshots that stay, but not from what is published or to be")
    void fastRestoreOfKept() {
        ObjectNode event = HandlerCall.event("RetireSnapshots")
                .put("publishedSnapshotId", "snap-second")
                .put("retainSnapshots", 4);
        fastRestoreOn(List.of(
                restore("snap-third", "eu-central-1a", FastSnapshotRestoreStateCode.OPTIMIZING),
                restore(PUBLISHED, "eu-central-1a", FastSnapshotRestoreStateCode.ENABLED),
                restore(PUBLISHED, "eu-central-1b", FastSnapshotRestoreStateCode.OPTIMIZING)));
        doReturn(DisableFastSnapshotRestoresResponse.builder().build())
                .when(ec2)
                .disableFastSnapshotRestores(any(DisableFastSnapshotRestoresRequest.class));

        HandlerCall.call(handler, event);

        var asked = ArgumentCaptor.forClass(DescribeFastSnapshotRestoresRequest.class);
        verify(ec2).describeFastSnapshotRestores(asked.capture());
        assertThat(asked.getValue().filters().getFirst().values())
                .containsExactlyInAnyOrder(PUBLISHED, "snap-third", "snap-oldest");
        var disabled = ArgumentCaptor.forClass(DisableFastSnapshotRestoresRequest.class);
        verify(ec2, times(2)).disableFastSnapshotRestores(disabled.capture());
        assertThat(disabled.getAllValues())
                .extracting(request -> request.sourceSnapshotIds() + " in " + request.availabilityZones())
                .containsExactly("[" + PUBLISHED + "] in [eu-central-1a]", "[snap-third] in [eu-central-1a]");
        verify(ec2, never()).deleteSnapshot(any(DeleteSnapshotRequest.class));
    }

    @Test
    @DisplayName("fails, and deletes nothing, when AWS lists a zone as unsuccessful")
    void fastRestoreRefused() {
        fastRestoreOn("eu-central-1a");
        doReturn(DisableFastSnapshotRestoresResponse.builder()
                        .unsuccessful(DisableFastSnapshotRestoreErrorItem.builder()
                                .snapshotId("snap-oldest")
                                .fastSnapshotRestoreStateErrors(DisableFastSnapshotRestoreStateErrorItem.builder()
                                        .availabilityZone("eu-central-1a")
                                        .error(DisableFastSnapshotRestoreStateError.builder()
                                                .code("InvalidState")
                                                .message("still enabling")
                                                .build())
                                        .build())
                                .build())
                        .build())
                .when(ec2)
                .disableFastSnapshotRestores(any(DisableFastSnapshotRestoresRequest.class));

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("RetireSnapshots")))
                .isInstanceOf(FastRestoreNotDisabledException.class)
                .hasMessageContaining("snap-oldest")
                .hasMessageContaining("eu-central-1a: InvalidState: still enabling");
        verify(ec2, never()).deleteSnapshot(any(DeleteSnapshotRequest.class));
    }

    @ParameterizedTest(name = "keeping {0}, {1} go")
    @CsvSource({"1, 3", "2, 2", "4, 0", "100, 0"})
    @DisplayName("keeps as many as asked for")
    void howMany(int retain, int retired) {
        JsonNode answer =
                HandlerCall.call(handler, HandlerCall.event("RetireSnapshots").put("retainSnapshots", retain));

        assertThat(answer.path("retired")).hasSize(retired);
        assertThat(answer.path("kept")).hasSize(4 - retired);
    }

    private void fastRestoreOn(String... zones) {
        fastRestoreOn(List.of(zones).stream()
                .map(zone -> restore("snap-oldest", zone, FastSnapshotRestoreStateCode.ENABLED))
                .toList());
    }

    private void fastRestoreOn(List<DescribeFastSnapshotRestoreSuccessItem> restores) {
        doReturn(DescribeFastSnapshotRestoresResponse.builder()
                        .fastSnapshotRestores(restores)
                        .build())
                .when(ec2)
                .describeFastSnapshotRestores(any(DescribeFastSnapshotRestoresRequest.class));
    }

    private static DescribeFastSnapshotRestoreSuccessItem restore(
            String snapshotId, String zone, FastSnapshotRestoreStateCode state) {
        return DescribeFastSnapshotRestoreSuccessItem.builder()
                .snapshotId(snapshotId)
                .availabilityZone(zone)
                .state(state)
                .build();
    }

    private List<String> deleted(int calls) {
        var request = ArgumentCaptor.forClass(DeleteSnapshotRequest.class);
        verify(ec2, times(calls)).deleteSnapshot(request.capture());
        return request.getAllValues().stream()
                .map(DeleteSnapshotRequest::snapshotId)
                .toList();
    }

    private static Snapshot snapshot(String id, int day) {
        return Snapshot.builder()
                .snapshotId(id)
                .startTime(Instant.parse("2026-11-0" + day + "T05:00:00Z"))
                .build();
    }

    private static Throwable refusal(String code, String message) {
        return Ec2Exception.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .statusCode(400)
                .build();
    }
}
