package dev.prebake.fastrestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.HandlerCall;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresResponse;

@DisplayName("AwaitFastRestore")
class AwaitFastRestoreHandlerTest {
    private static final Instant START = Instant.parse("2026-11-24T05:30:00Z");

    private final Ec2Client ec2 = mock(Ec2Client.class, CALLS_REAL_METHODS);
    private final AwaitFastRestoreHandler handler = new AwaitFastRestoreHandler(ec2);

    @Test
    @DisplayName("is done when it is enabled in every zone, the deadline passed or not")
    void done() {
        statesAre("enabled", "enabled");

        assertThat(HandlerCall.call(handler, after(100_000, 40)))
                .hasToString("{\"done\":true,\"zones\":{\"eu-central-1a\":\"enabled\",\"eu-central-1b\":\"enabled\"}}");
    }

    @ParameterizedTest(name = "{1} GiB after {0} s: {2} s")
    @CsvSource({
        // 60 min for each TiB: 40 GiB take 140.6 s, 1,024 GiB 3,600 s.
        "0, 40, 70",
        "60, 40, 40",
        "139, 40, 10",
        "141, 40, 14",
        "900, 40, 60",
        "0, 1024, 300",
        "3500, 1024, 50"
    })
    @DisplayName("asks to wait half of what optimising still needs by EBS's rule, then a tenth of the wait so far")
    void waits(long elapsed, int sizeGiB, int expected) {
        statesAre("optimizing", "enabled");

        var answer = HandlerCall.call(handler, after(elapsed, sizeGiB));

        assertThat(answer.path("done").asBoolean()).isFalse();
        assertThat(answer.path("waitSeconds").asInt()).isEqualTo(expected);
        assertThat(answer.path("zones").path("eu-central-1a").asText()).isEqualTo("optimizing");
    }

    @Test
    @DisplayName("asks to wait while AWS shows nothing of a zone yet")
    void unknown() {
        statesAre("enabling");

        var answer = HandlerCall.call(handler, after(5, 40));

        assertThat(answer.path("done").asBoolean()).isFalse();
        assertThat(answer.path("zones").path("eu-central-1b").asText()).isEqualTo("unknown");
    }

    @ParameterizedTest
    @ValueSource(strings = {"disabling", "disabled"})
    @DisplayName("fails with the reason when AWS took it back, which the state from before it was enabled is not")
    void takenBack(String state) {
        statesAre("enabled", state);

        assertThat(HandlerCall.call(handler, after(59, 40)).path("done").asBoolean())
                .isFalse();
        assertThatThrownBy(() -> HandlerCall.call(handler, after(60, 40)))
                .isInstanceOf(FastRestoreRefusedException.class)
                .hasMessageContaining("eu-central-1b: it is " + state
                        + " again, with reason Client.InvalidSnapshot.InvalidState - Snapshot is deleted")
                .hasMessageNotContaining("eu-central-1a");
    }

    @Test
    @DisplayName("fails after three times as long as EBS's rule says, and half an hour")
    void deadline() {
        statesAre("enabled", "optimizing");

        assertThat(HandlerCall.call(handler, after(2221, 40)).path("done").asBoolean())
                .isFalse();
        assertThatThrownBy(() -> HandlerCall.call(handler, after(2222, 40)))
                .isInstanceOf(FastRestoreTimedOutException.class)
                .hasMessageContaining("snap-0b3d5f7a9c1e2d4f6 (40 GiB)")
                .hasMessageContaining("eu-central-1b=optimizing");
    }

    private void statesAre(String... states) {
        String[] zones = {"eu-central-1a", "eu-central-1b"};
        var response = DescribeFastSnapshotRestoresResponse.builder();
        var items = new DescribeFastSnapshotRestoreSuccessItem[states.length];
        for (int i = 0; i < states.length; i++) {
            items[i] = DescribeFastSnapshotRestoreSuccessItem.builder()
                    .availabilityZone(zones[i])
                    .state(states[i])
                    .stateTransitionReason("Client.InvalidSnapshot.InvalidState - Snapshot is deleted")
                    .build();
        }
        doReturn(response.fastSnapshotRestores(items).build())
                .when(ec2)
                .describeFastSnapshotRestores(any(DescribeFastSnapshotRestoresRequest.class));
    }

    private static ObjectNode after(long seconds, int sizeGiB) {
        return HandlerCall.event("AwaitFastRestore")
                .put("volumeSizeGiB", sizeGiB)
                .put("now", START.plusSeconds(seconds).toString());
    }
}
