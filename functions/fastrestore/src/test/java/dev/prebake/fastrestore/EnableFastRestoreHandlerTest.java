package dev.prebake.fastrestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import dev.prebake.kernel.HandlerCall;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoreErrorItem;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoreStateError;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoreStateErrorItem;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.Filter;

@DisplayName("EnableFastRestore")
class EnableFastRestoreHandlerTest {
    private final Ec2Client ec2 = mock(Ec2Client.class, CALLS_REAL_METHODS);
    private final EnableFastRestoreHandler handler = new EnableFastRestoreHandler(ec2);

    @Test
    @DisplayName("enables it in every zone asked for")
    void enables() {
        statesAre();
        doReturn(EnableFastSnapshotRestoresResponse.builder().build())
                .when(ec2)
                .enableFastSnapshotRestores(any(EnableFastSnapshotRestoresRequest.class));

        assertThat(HandlerCall.call(handler, HandlerCall.event("EnableFastRestore")))
                .hasToString("{\"requestedZones\":[\"eu-central-1a\",\"eu-central-1b\"]}");
        assertThat(sent().sourceSnapshotIds()).containsExactly("snap-0b3d5f7a9c1e2d4f6");
        assertThat(sent().availabilityZones()).containsExactly("eu-central-1a", "eu-central-1b");
        var asked = ArgumentCaptor.forClass(DescribeFastSnapshotRestoresRequest.class);
        verify(ec2).describeFastSnapshotRestores(asked.capture());
        assertThat(asked.getValue().filters())
                .containsExactly(Filter.builder()
                        .name("snapshot-id")
                        .values("snap-0b3d5f7a9c1e2d4f6")
                        .build());
    }

    @ParameterizedTest(name = "{0}: asked again {1}")
    @CsvSource({"enabling, false", "optimizing, false", "enabled, false", "disabling, true", "disabled, true"})
    @DisplayName("asks only for zones where it is neither on nor on its way")
    void onlyMissing(String state, boolean askedAgain) {
        statesAre(item("eu-central-1a", state), item("eu-central-1b", "enabled"));
        doReturn(EnableFastSnapshotRestoresResponse.builder().build())
                .when(ec2)
                .enableFastSnapshotRestores(any(EnableFastSnapshotRestoresRequest.class));

        HandlerCall.call(handler, HandlerCall.event("EnableFastRestore"));

        if (askedAgain) {
            assertThat(sent().availabilityZones()).containsExactly("eu-central-1a");
        } else {
            verify(ec2, never()).enableFastSnapshotRestores(any(EnableFastSnapshotRestoresRequest.class));
        }
    }

    @Test
    @DisplayName("fails with each zone's reason when AWS lists zones as unsuccessful")
    void refused() {
        statesAre();
        doReturn(EnableFastSnapshotRestoresResponse.builder()
                        .unsuccessful(EnableFastSnapshotRestoreErrorItem.builder()
                                .snapshotId("snap-0b3d5f7a9c1e2d4f6")
                                .fastSnapshotRestoreStateErrors(
                                        error("eu-central-1a", "FastSnapshotRestoreLimitExceeded", "limit of 5"),
                                        error("eu-central-1b", "InvalidParameterValue", "not offered there"))
                                .build())
                        .build())
                .when(ec2)
                .enableFastSnapshotRestores(any(EnableFastSnapshotRestoresRequest.class));

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("EnableFastRestore")))
                .isInstanceOf(FastRestoreRefusedException.class)
                .hasMessageContaining(
                        "snap-0b3d5f7a9c1e2d4f6 failed: eu-central-1a: FastSnapshotRestoreLimitExceeded: limit"
                                + " of 5; eu-central-1b: InvalidParameterValue: not offered there.");
    }

    private EnableFastSnapshotRestoresRequest sent() {
        var request = ArgumentCaptor.forClass(EnableFastSnapshotRestoresRequest.class);
        verify(ec2).enableFastSnapshotRestores(request.capture());
        return request.getValue();
    }

    private void statesAre(DescribeFastSnapshotRestoreSuccessItem... items) {
        doReturn(DescribeFastSnapshotRestoresResponse.builder()
                        .fastSnapshotRestores(items)
                        .build())
                .when(ec2)
                .describeFastSnapshotRestores(any(DescribeFastSnapshotRestoresRequest.class));
    }

    private static DescribeFastSnapshotRestoreSuccessItem item(String zone, String state) {
        return DescribeFastSnapshotRestoreSuccessItem.builder()
                .availabilityZone(zone)
                .state(state)
                .build();
    }

    private static EnableFastSnapshotRestoreStateErrorItem error(String zone, String code, String message) {
        return EnableFastSnapshotRestoreStateErrorItem.builder()
                .availabilityZone(zone)
                .error(EnableFastSnapshotRestoreStateError.builder()
                        .code(code)
                        .message(message)
                        .build())
                .build();
    }
}
