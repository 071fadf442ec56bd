package dev.prebake.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.HandlerCall;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.Snapshot;

@DisplayName("AwaitSnapshot")
class AwaitSnapshotHandlerTest {
    private final Ec2Client ec2 = mock(Ec2Client.class, CALLS_REAL_METHODS);
    private final AwaitSnapshotHandler handler = new AwaitSnapshotHandler(ec2);

    @ParameterizedTest(name = "{0} after its start: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "2026-11-24T05:20:02Z |     | {\"done\":false,\"waitSeconds\":2}",
                "2026-11-24T05:22:00Z | 45% | {\"done\":false,\"waitSeconds\":12,\"progressPercent\":45}",
                "2026-11-24T08:19:59Z | 99% | {\"done\":false,\"waitSeconds\":30,\"progressPercent\":99}"
            })
    @DisplayName("asks to wait while the snapshot is pending, with EBS's progress, and leaves the volume alone")
    void pending(String now, @Nullable String progress, String expected) {
        snapshotIs("pending", progress, null);

        assertThat(HandlerCall.call(handler, at(now))).hasToString(expected);
        verify(ec2, never()).deleteVolume(any(DeleteVolumeRequest.class));
    }

    @Test
    @DisplayName("deletes the volume once the snapshot is complete, and is done")
    void completed() {
        snapshotIs("completed", "100%", null);
        doReturn(DeleteVolumeResponse.builder().build()).when(ec2).deleteVolume(any(DeleteVolumeRequest.class));

        assertThat(HandlerCall.call(handler, HandlerCall.event("AwaitSnapshot")))
                .hasToString("{\"done\":true,\"progressPercent\":100}");
        var deleted = ArgumentCaptor.forClass(DeleteVolumeRequest.class);
        verify(ec2).deleteVolume(deleted.capture());
        assertThat(deleted.getValue().volumeId()).isEqualTo("vol-0c2e4f6a8b1d3e5f7");
        var asked = ArgumentCaptor.forClass(DescribeSnapshotsRequest.class);
        verify(ec2).describeSnapshots(asked.capture());
        assertThat(asked.getValue().snapshotIds()).containsExactly("snap-0b3d5f7a9c1e2d4f6");
    }

    @Test
    @DisplayName("is done when the volume is gone already")
    void volumeGone() {
        snapshotIs("completed", "100%", null);
        doThrow(CreateSnapshotHandlerTest.refusal("InvalidVolume.NotFound"))
                .when(ec2)
                .deleteVolume(any(DeleteVolumeRequest.class));

        assertThat(HandlerCall.call(handler, HandlerCall.event("AwaitSnapshot"))
                        .path("done")
                        .asBoolean())
                .isTrue();
    }

    @Test
    @DisplayName("asks to wait while the ending builder still has the volume, at most until the deadline")
    void volumeInUse() {
        snapshotIs("completed", "100%", null);
        doThrow(CreateSnapshotHandlerTest.refusal("VolumeInUse"))
                .when(ec2)
                .deleteVolume(any(DeleteVolumeRequest.class));

        assertThat(HandlerCall.call(handler, HandlerCall.event("AwaitSnapshot")))
                .hasToString("{\"done\":false,\"waitSeconds\":5,\"progressPercent\":100}");
        assertThatThrownBy(() -> HandlerCall.call(handler, at("2026-11-24T08:20:00Z")))
                .isInstanceOf(SnapshotTimedOutException.class)
                .hasMessageContaining("its volume vol-0c2e4f6a8b1d3e5f7 is still in use");
    }

    @Test
    @DisplayName("fails with EBS's reason when EBS gave the snapshot up")
    void error() {
        snapshotIs("error", "12%", "The KMS key is disabled");

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("AwaitSnapshot")))
                .isInstanceOf(SnapshotFailedException.class)
                .hasMessageContaining("snap-0b3d5f7a9c1e2d4f6")
                .hasMessageContaining("The KMS key is disabled");
    }

    @Test
    @DisplayName("fails when the snapshot is still pending after three hours")
    void deadline() {
        snapshotIs("pending", "99%", null);

        assertThatThrownBy(() -> HandlerCall.call(handler, at("2026-11-24T08:20:00Z")))
                .isInstanceOf(SnapshotTimedOutException.class)
                .hasMessageContaining("ended after 180 min: it is pending at 99%");
    }

    @Test
    @DisplayName("asks to wait while EC2 doesn't show a snapshot just begun, and fails when it stays away")
    void notFound() {
        doThrow(CreateSnapshotHandlerTest.refusal("InvalidSnapshot.NotFound"))
                .when(ec2)
                .describeSnapshots(any(DescribeSnapshotsRequest.class));

        assertThat(HandlerCall.call(handler, at("2026-11-24T05:21:59Z")))
                .hasToString("{\"done\":false,\"waitSeconds\":11}");
        assertThatThrownBy(() -> HandlerCall.call(handler, at("2026-11-24T05:22:00Z")))
                .isInstanceOf(SnapshotFailedException.class)
                .hasMessageContaining("somebody has deleted it");
    }

    private void snapshotIs(String state, @Nullable String progress, @Nullable String message) {
        doReturn(DescribeSnapshotsResponse.builder()
                        .snapshots(Snapshot.builder()
                                .snapshotId("snap-0b3d5f7a9c1e2d4f6")
                                .state(state)
                                .progress(progress)
                                .stateMessage(message)
                                .build())
                        .build())
                .when(ec2)
                .describeSnapshots(any(DescribeSnapshotsRequest.class));
    }

    private static ObjectNode at(String now) {
        return HandlerCall.event("AwaitSnapshot").put("now", now);
    }
}
