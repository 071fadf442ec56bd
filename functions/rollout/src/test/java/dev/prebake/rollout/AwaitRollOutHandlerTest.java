package dev.prebake.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.HandlerCall;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eks.model.DescribeUpdateRequest;
import software.amazon.awssdk.services.eks.model.DescribeUpdateResponse;
import software.amazon.awssdk.services.eks.model.ErrorDetail;
import software.amazon.awssdk.services.eks.model.Update;

@DisplayName("AwaitRollOut")
class AwaitRollOutHandlerTest {
    private static final Instant START = Instant.parse("2026-11-24T05:34:00Z");
    private static final String A = "b5f0ba18-9a87-4450-b5a0-825e6e84496f";
    private static final String B = "0c3a2d51-7f4e-4c0b-8a44-1d7b0f6a9e02";

    private final EksClient eks = mock(EksClient.class, CALLS_REAL_METHODS);
    private final AwaitRollOutHandler handler = new AwaitRollOutHandler(eks);

    @Test
    @DisplayName("is done when every update has succeeded, the deadline passed or not")
    void done() {
        updatesAre("Successful", "Successful");

        assertThat(HandlerCall.call(handler, after(100_000)))
                .hasToString(
                        "{\"done\":true,\"nodeGroups\":{\"ml/gpu-a\":\"Successful\",\"ml/gpu-b\":\"Successful\"}}");
        var asked = ArgumentCaptor.forClass(DescribeUpdateRequest.class);
        verify(eks, times(2)).describeUpdate(asked.capture());
        assertThat(asked.getAllValues())
                .containsExactly(
                        DescribeUpdateRequest.builder()
                                .name("ml")
                                .nodegroupName("gpu-a")
                                .updateId(A)
                                .build(),
                        DescribeUpdateRequest.builder()
                                .name("ml")
                                .nodegroupName("gpu-b")
                                .updateId(B)
                                .build());
    }

    @Test
    @DisplayName("is done without a call when no update was needed")
    void nothingToWaitFor() {
        ObjectNode event = after(1);
        event.putArray("updates");

        assertThat(HandlerCall.call(handler, event)).hasToString("{\"done\":true,\"nodeGroups\":{}}");
        verifyNoInteractions(eks);
    }

    @ParameterizedTest(name = "after {0} s: {1} s")
    @CsvSource({"0, 15", "300, 30", "3600, 120"})
    @DisplayName("asks to wait a tenth of the wait so far, 15 s to 2 min, while an update goes on")
    void waits(long elapsed, int expected) {
        updatesAre("Successful", "InProgress");

        var answer = HandlerCall.call(handler, after(elapsed));

        assertThat(answer.path("done").asBoolean()).isFalse();
        assertThat(answer.path("waitSeconds").asInt()).isEqualTo(expected);
        assertThat(answer.path("nodeGroups").path("ml/gpu-b").asText()).isEqualTo("InProgress");
    }

    @Test
    @DisplayName("waits on at a status that is new to this SDK")
    void newStatus() {
        updatesAre("Successful", "Pausing");

        assertThat(HandlerCall.call(handler, after(60)).path("done").asBoolean())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"Failed", "Cancelled"})
    @DisplayName("fails with EKS's words and says that the snapshot is published all the same")
    void failed(String status) {
        updatesAre("Successful", status);

        assertThatThrownBy(() -> HandlerCall.call(handler, after(60)))
                .isInstanceOf(RollOutFailedException.class)
                .hasMessageContaining(
                        "Rolling snap-0b3d5f7a9c1e2d4f6 out to node groups failed: node group ml/gpu-b: update "
                                + B + " is " + status
                                + ", with PodEvictionFailure: Reached max retries while trying to evict pods (ip-10-0-1-2.ec2.internal). ")
                .hasMessageContaining(
                        "The snapshot is published, but the nodes of these node groups were not, or not all")
                .hasMessageNotContaining("ml/gpu-a");
    }

    @Test
    @DisplayName("tells of a failure once the other updates have ended, and at the deadline in any case")
    void failedWhileOthersGoOn() {
        updatesAre("InProgress", "Failed");

        assertThat(HandlerCall.call(handler, after(6 * 3600 - 1)).path("done").asBoolean())
                .isFalse();
        assertThatThrownBy(() -> HandlerCall.call(handler, after(6 * 3600))).isInstanceOf(RollOutFailedException.class);
    }

    @Test
    @DisplayName("ends after six hours with each update's status, which EKS goes on with")
    void deadline() {
        updatesAre("Successful", "InProgress");

        assertThat(HandlerCall.call(handler, after(6 * 3600 - 1)).path("done").asBoolean())
                .isFalse();
        assertThatThrownBy(() -> HandlerCall.call(handler, after(6 * 3600)))
                .isInstanceOf(RollOutTimedOutException.class)
                .hasMessageContaining("ended after 360 min: {ml/gpu-a=Successful, ml/gpu-b=InProgress}. The snapshot is"
                        + " published, and EKS goes on");
    }

    private void updatesAre(String a, String b) {
        Map<String, Update> updates = new HashMap<>();
        updates.put(A, update(A, a));
        updates.put(B, update(B, b));
        doAnswer(call -> DescribeUpdateResponse.builder()
                        .update(updates.get(
                                call.getArgument(0, DescribeUpdateRequest.class).updateId()))
                        .build())
                .when(eks)
                .describeUpdate(any(DescribeUpdateRequest.class));
    }

    private static Update update(String id, String status) {
        return Update.builder()
                .id(id)
                .status(status)
                .errors(ErrorDetail.builder()
                        .errorCode("PodEvictionFailure")
                        .errorMessage("Reached max retries while trying to evict pods")
                        .resourceIds("ip-10-0-1-2.ec2.internal")
                        .build())
                .build();
    }

    private static ObjectNode after(long seconds) {
        return HandlerCall.event("AwaitRollOut")
                .put("now", START.plusSeconds(seconds).toString());
    }
}
