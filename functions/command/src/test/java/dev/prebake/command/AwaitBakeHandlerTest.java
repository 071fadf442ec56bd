package dev.prebake.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.AwsCallFailedException;
import dev.prebake.kernel.HandlerCall;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.CloudWatchLogsException;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationRequest;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationResponse;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationRequest;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationResponse;
import software.amazon.awssdk.services.ssm.model.InstanceInformation;
import software.amazon.awssdk.services.ssm.model.SsmException;

@DisplayName("AwaitBake")
class AwaitBakeHandlerTest {
    private static final String COMMAND_WORDS =
            "command 4f9a1c3e-7b2d-4e6f-8a5c-1d2e3f4a5b6c on builder i-0a4c7d9e2f1b38560";

    private final SsmClient ssm = mock(SsmClient.class, CALLS_REAL_METHODS);
    private final CloudWatchLogsClient logs = mock(CloudWatchLogsClient.class, CALLS_REAL_METHODS);
    private final AwaitBakeHandler handler = new AwaitBakeHandler(ssm, logs);

    @BeforeEach
    void builderIsOnlineAndSilent() {
        agentIs("Online");
        doThrow(logsRefusal("ResourceNotFoundException", 400))
                .when(logs)
                .describeLogStreams(any(DescribeLogStreamsRequest.class));
    }

    @Test
    @DisplayName("answers the newest progress from the command's standard error in CloudWatch Logs while it runs")
    void running() {
        invocationIs("InProgress", "InProgress", "", "");
        logIs(
                "{\"phase\":\"pull\",\"doneBytes\":1000,\"totalBytes\":9712795648}",
                "{\"phase\":\"pull\",\"doneBytes\":4856397824,\"totalBytes\":9712795648,"
                        + "\"image\":\"nvcr.io/nvidia/pytorch:24.08-py3\"}");

        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("AwaitBake"));

        assertThat(answer)
                .hasToString("{\"done\":false,\"waitSeconds\":15,\"progress\":{\"phase\":\"pull\","
                        + "\"image\":\"nvcr.io/nvidia/pytorch:24.08-py3\",\"doneBytes\":4856397824,"
                        + "\"totalBytes\":9712795648}}");
        var streams = ArgumentCaptor.forClass(DescribeLogStreamsRequest.class);
        verify(logs).describeLogStreams(streams.capture());
        assertThat(streams.getValue().logGroupName()).isEqualTo("/prebake/bake");
        assertThat(streams.getValue().logStreamNamePrefix())
                .isEqualTo("4f9a1c3e-7b2d-4e6f-8a5c-1d2e3f4a5b6c/i-0a4c7d9e2f1b38560/");
        var events = ArgumentCaptor.forClass(GetLogEventsRequest.class);
        verify(logs).getLogEvents(events.capture());
        assertThat(events.getValue().logStreamName())
                .isEqualTo("4f9a1c3e-7b2d-4e6f-8a5c-1d2e3f4a5b6c/i-0a4c7d9e2f1b38560/bake/stderr");
        assertThat(events.getValue().startFromHead()).isFalse();
        assertThat(events.getValue().limit()).isEqualTo(20);
        var invocation = ArgumentCaptor.forClass(GetCommandInvocationRequest.class);
        verify(ssm).getCommandInvocation(invocation.capture());
        assertThat(invocation.getValue().commandId()).isEqualTo("4f9a1c3e-7b2d-4e6f-8a5c-1d2e3f4a5b6c");
        assertThat(invocation.getValue().instanceId()).isEqualTo("i-0a4c7d9e2f1b38560");
    }

    @ParameterizedTest
    @CsvSource({"ResourceNotFoundException, 400", "ThrottlingException, 400", "ServiceUnavailableException, 503"})
    @DisplayName("goes on without progress while the log isn't there or CloudWatch has trouble")
    void noLogYet(String code, int status) {
        invocationIs("InProgress", "InProgress", "", "");
        doThrow(logsRefusal(code, status)).when(logs).describeLogStreams(any(DescribeLogStreamsRequest.class));

        assertThat(HandlerCall.call(handler, HandlerCall.event("AwaitBake")))
                .hasToString("{\"done\":false,\"waitSeconds\":5}");
    }

    @Test
    @DisplayName("fails when it may not read the log, so that the permission gets mended")
    void logForbidden() {
        invocationIs("InProgress", "InProgress", "", "");
        doThrow(logsRefusal("AccessDeniedException", 400))
                .when(logs)
                .describeLogStreams(any(DescribeLogStreamsRequest.class));

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("AwaitBake")))
                .isInstanceOf(AwsCallFailedException.class);
    }

    @Test
    @DisplayName("asks to wait while SSM doesn't know the command that it has just taken")
    void notKnownYet() {
        doThrow(SsmException.builder()
                        .awsErrorDetails(AwsErrorDetails.builder()
                                .errorCode("InvocationDoesNotExist")
                                .build())
                        .statusCode(400)
                        .build())
                .when(ssm)
                .getCommandInvocation(any(GetCommandInvocationRequest.class));

        assertThat(HandlerCall.call(handler, HandlerCall.event("AwaitBake")))
                .hasToString("{\"done\":false,\"waitSeconds\":5}");
    }

    @Test
    @DisplayName("is done with the report when the command has succeeded")
    void succeeded() {
        JsonNode report = HandlerCall.event("CreateSnapshot").path("report");
        invocationIs("Success", "Success", report + "\n", "");

        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("AwaitBake"));

        assertThat(answer.path("done").asBoolean()).isTrue();
        assertThat(answer.has("waitSeconds")).isFalse();
        ObjectNode expected = report.deepCopy();
        expected.remove("architecture");
        assertThat(answer.path("report")).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{\"containerd\":\"2.1.4\",\"images\":[{\"refer", "{\"containerd\":\"2.1.4\"}", "null", "ok"
            })
    @DisplayName("fails when the command has succeeded without a whole report")
    void unreadable(String output) {
        invocationIs("Success", "Success", output, "");

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("AwaitBake")))
                .isInstanceOf(BakeReportUnreadableException.class)
                .hasMessageContaining(COMMAND_WORDS)
                .hasMessageContaining("It has " + output.length() + " characters")
                .hasMessageContaining("begins: " + output);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of("VolumeNotFound", VolumeNotFoundException.class),
                Arguments.of("VolumeFull", VolumeFullException.class),
                Arguments.of("ImagePullFailed", ImagePullFailedException.class),
                Arguments.of("ImageIncomplete", ImageIncompleteException.class),
                Arguments.of("BakeFailed", BakeFailedException.class),
                Arguments.of("NameOfALaterVersion", BakeFailedException.class));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    @DisplayName("fails under the name that the bake gave its error, with the builder's words")
    void failed(String name, Class<?> type) {
        invocationIs(
                "Failed",
                "Failed",
                "{\"error\":{\"name\":\"" + name + "\",\"message\":\"what the builder saw\"}}",
                "failed to run commands: exit status 1");

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("AwaitBake")))
                .isInstanceOf(type)
                .hasMessageContaining(COMMAND_WORDS)
                .hasMessageContaining("what the builder saw");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ImagePullFailed", "ImageIncomplete"})
    @DisplayName("names the image that an error is about")
    void failedImage(String name) {
        invocationIs(
                "Failed",
                "Failed",
                "{\"error\":{\"name\":\"" + name
                        + "\",\"image\":\"nvcr.io/nvidia/pytorch:24.08-py3\",\"message\":\"401 Unauthorized\"}}",
                "");

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("AwaitBake")))
                .hasMessageContaining("nvcr.io/nvidia/pytorch:24.08-py3")
                .hasMessageContaining("401 Unauthorized");
    }

    @Test
    @DisplayName("fails with the last words of the log, progress left out, when the bake left no error document")
    void killed() {
        invocationIs("Failed", "Failed", "", "from the beginning of standard error");
        logIs(
                "{\"phase\":\"pull\",\"doneBytes\":500,\"totalBytes\":1000}",
                "bake.sh: line 12: 4711 Killed",
                "failed to run commands: exit status 137");

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("AwaitBake")))
                .isInstanceOf(BakeFailedException.class)
                .hasMessageContaining("its last words were: bake.sh: line 12: 4711 Killed"
                        + " | failed to run commands: exit status 137.");
    }

    @Test
    @DisplayName("fails with the words that SSM has when there is no log")
    void killedWithoutLog() {
        invocationIs("Failed", "Failed", "half a docum", "failed to run commands: exit status 137\n");

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("AwaitBake")))
                .isInstanceOf(BakeFailedException.class)
                .hasMessageContaining("its last words were: failed to run commands: exit status 137.");
    }

    @ParameterizedTest(name = "{0} / {1}")
    @CsvSource({
        "TimedOut, ExecutionTimedOut, dev.prebake.command.BakeTimedOutException, time limit of the command document",
        "TimedOut, DeliveryTimedOut, dev.prebake.command.CommandUndeliverableException, SSM reports DeliveryTimedOut",
        "Failed, Undeliverable, dev.prebake.command.CommandUndeliverableException, SSM reports Undeliverable",
        "Failed, AccessDenied, dev.prebake.command.CommandUndeliverableException, SSM reports AccessDenied",
        "Cancelled, Cancelled, dev.prebake.command.BakeCancelledException, was cancelled"
    })
    @DisplayName("fails by name when the command came to another end")
    void otherEnds(String status, String details, Class<?> type, String words) {
        invocationIs(status, details, "", "");

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("AwaitBake")))
                .isInstanceOf(type)
                .hasMessageContaining(COMMAND_WORDS)
                .hasMessageContaining(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ConnectionLost", "Inactive", ""})
    @DisplayName("fails when the builder's agent has fallen silent, though SSM still calls the command running")
    void builderDied(String ping) {
        invocationIs("InProgress", "InProgress", "", "");
        agentIs(ping);

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("AwaitBake")))
                .isInstanceOf(BuilderUnreachableException.class)
                .hasMessageContaining(ping.isEmpty() ? "is now not registered any more" : "is now " + ping);
    }

    @Test
    @DisplayName("gives up a bake that still runs after three hours, but takes a report that has come by then")
    void deadline() {
        ObjectNode late = HandlerCall.event("AwaitBake").put("now", "2026-11-24T08:12:00.000Z");
        invocationIs("InProgress", "InProgress", "", "");

        assertThatThrownBy(() -> HandlerCall.call(handler, late))
                .isInstanceOf(BakeTimedOutException.class)
                .hasMessageContaining("deadline of 3 h");

        invocationIs(
                "Success",
                "Success",
                HandlerCall.event("CreateSnapshot").path("report").toString(),
                "");
        assertThat(HandlerCall.call(handler, late).path("done").asBoolean()).isTrue();
    }

    private void invocationIs(String status, String details, String output, String error) {
        doReturn(GetCommandInvocationResponse.builder()
                        .status(status)
                        .statusDetails(details)
                        .standardOutputContent(output)
                        .standardErrorContent(error)
                        .build())
                .when(ssm)
                .getCommandInvocation(any(GetCommandInvocationRequest.class));
    }

    private void agentIs(String ping) {
        var response = DescribeInstanceInformationResponse.builder();
        if (!ping.isEmpty()) {
            response.instanceInformationList(
                    InstanceInformation.builder().pingStatus(ping).build());
        }
        doReturn(response.build()).when(ssm).describeInstanceInformation(any(DescribeInstanceInformationRequest.class));
    }

    private void logIs(String... lines) {
        String prefix = "4f9a1c3e-7b2d-4e6f-8a5c-1d2e3f4a5b6c/i-0a4c7d9e2f1b38560/bake/";
        doReturn(DescribeLogStreamsResponse.builder()
                        .logStreams(
                                LogStream.builder()
                                        .logStreamName(prefix + "stderr")
                                        .build(),
                                LogStream.builder()
                                        .logStreamName(prefix + "stdout")
                                        .build())
                        .build())
                .when(logs)
                .describeLogStreams(any(DescribeLogStreamsRequest.class));
        doReturn(GetLogEventsResponse.builder()
                        .events(Arrays.stream(lines)
                                .map(line ->
                                        OutputLogEvent.builder().message(line).build())
                                .toList())
                        .build())
                .when(logs)
                .getLogEvents(any(GetLogEventsRequest.class));
    }

    private static Throwable logsRefusal(String code, int status) {
        return CloudWatchLogsException.builder()
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .statusCode(status)
                .build();
    }
}
