package dev.prebake.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.HandlerCall;
import dev.prebake.kernel.Json;
import dev.prebake.kernel.MalformedRequestException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.Command;
import software.amazon.awssdk.services.ssm.model.CommandFilterKey;
import software.amazon.awssdk.services.ssm.model.ListCommandsRequest;
import software.amazon.awssdk.services.ssm.model.ListCommandsResponse;
import software.amazon.awssdk.services.ssm.model.SendCommandRequest;
import software.amazon.awssdk.services.ssm.model.SendCommandResponse;

@DisplayName("StartBake")
class StartBakeHandlerTest {
    private final SsmClient ssm = mock(SsmClient.class, CALLS_REAL_METHODS);
    private final StartBakeHandler handler = new StartBakeHandler(ssm);

    @BeforeEach
    void nothingSentYet() {
        doReturn(ListCommandsResponse.builder().build()).when(ssm).listCommands(any(ListCommandsRequest.class));
        doReturn(SendCommandResponse.builder()
                        .command(Command.builder()
                                .commandId("4f9a1c3e-7b2d-4e6f-8a5c-1d2e3f4a5b6c")
                                .build())
                        .build())
                .when(ssm)
                .sendCommand(any(SendCommandRequest.class));
    }

    @Test
    @DisplayName("sends the document to the builder with its output to the log group, and answers the command")
    void sends() {
        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("StartBake"));

        assertThat(answer)
                .hasToString("{\"commandId\":\"4f9a1c3e-7b2d-4e6f-8a5c-1d2e3f4a5b6c\","
                        + "\"instanceId\":\"i-0a4c7d9e2f1b38560\",\"logGroupName\":\"/prebake/bake\"}");
        SendCommandRequest sent = sent();
        assertThat(sent.instanceIds()).containsExactly("i-0a4c7d9e2f1b38560");
        assertThat(sent.documentName()).isEqualTo("prebake-bake");
        assertThat(sent.timeoutSeconds()).isEqualTo(300);
        assertThat(sent.comment()).isEqualTo("prebake execution 6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10");
        assertThat(sent.cloudWatchOutputConfig().cloudWatchOutputEnabled()).isTrue();
        assertThat(sent.cloudWatchOutputConfig().cloudWatchLogGroupName()).isEqualTo("/prebake/bake");
    }

    @Test
    @DisplayName("hands the bake its volume, architecture and images as one compact JSON text")
    void request() throws JsonProcessingException {
        HandlerCall.call(handler, HandlerCall.event("StartBake"));

        assertThat(sent().parameters()).containsOnlyKeys("Request");
        JsonNode request = Json.mapper().readTree(sentRequest());
        assertThat(request.has("base")).isFalse();
        assertThat(request.path("volumeId").asText()).isEqualTo("vol-0c2e4f6a8b1d3e5f7");
        assertThat(request.path("architecture").asText()).isEqualTo("amd64");
        assertThat(request.path("images")).hasSize(2);
        assertThat(request.path("images").get(1))
                .hasToString("{\"reference\":\"nvcr.io/nvidia/pytorch:24.08-py3\",\"digest\":\"sha256:"
                        + "0e5b2ba2f7c5a58ad5d5b4d1b1ed7f2ff8c4fd1c5d7a9d7ae8bd0f1bb2f2ed11\","
                        + "\"manifestDigest\":\"sha256:"
                        + "88ce1bb5f1ac9b2b5b1e2a3e43a7ad5a8a0c6d8f1f2fdab3b4bd86f3ce4d1c12\","
                        + "\"compressedBytes\":9534537728}");
    }

    @Test
    @DisplayName(
            "names the snapshot that the builder's volume was made from, and not the one that the plan had in mind")
    void base() throws JsonProcessingException {
        ObjectNode event = HandlerCall.event("StartBake");
        ((ObjectNode) event.path("builder")).put("base", "snap-0b3d5f7a9c1e2d4f6");
        HandlerCall.call(handler, event);
        assertThat(Json.mapper().readTree(sentRequest()).path("base").asText()).isEqualTo("snap-0b3d5f7a9c1e2d4f6");
        assertThat(sentRequest()).matches(allowedPattern());

        clearInvocations(ssm);
        ObjectNode withoutIt = HandlerCall.event("StartBake");
        ((ObjectNode) withoutIt.path("plan"))
                .putObject("base")
                .put("snapshotId", "snap-0b3d5f7a9c1e2d4f6")
                .put("volumeSizeGiB", 40)
                .put("execution", "an-earlier-execution")
                .put("startedAt", "2026-11-23T05:20:01Z");
        HandlerCall.call(handler, withoutIt);
        assertThat(Json.mapper().readTree(sentRequest()).has("base")).isFalse();
    }

    @Test
    @DisplayName("hands the bake how registries are reached, as a list")
    void registries() throws JsonProcessingException {
        HandlerCall.call(handler, HandlerCall.event("StartBake"));

        assertThat(Json.mapper().readTree(sentRequest()).path("registries"))
                .hasToString("[{\"host\":\"nvcr.io\",\"secretArn\":"
                        + "\"arn:aws:secretsmanager:eu-central-1:123456789012:secret:team/nvcr_a+b=c.d@e-AbCdEf\","
                        + "\"mirrors\":[\"https://mirror.example.com:5000/nvcr\"],"
                        + "\"caParameter\":\"/platform/registry-ca\"}]");
    }

    @Test
    @DisplayName("writes the request without anything that a shell or SSM would expand, whatever the references")
    void harmlessRequest() {
        ObjectNode event = HandlerCall.event("StartBake");
        ((ObjectNode) event.path("plan").path("images").get(0))
                .put("reference", "[::1]:5000/team_a/my--image:V1.2_x@sha256:" + "a".repeat(64));

        HandlerCall.call(handler, event);

        assertThat(sentRequest()).matches(allowedPattern()).doesNotContain("{{").doesNotContain("}}");
    }

    @Test
    @DisplayName("answers the command that an earlier try of the execution has sent, and sends no other")
    void sentBefore() {
        doReturn(ListCommandsResponse.builder()
                        .commands(
                                Command.builder()
                                        .commandId("00000000-0000-0000-0000-000000000000")
                                        .comment("by hand")
                                        .build(),
                                Command.builder()
                                        .commandId("11111111-2222-3333-4444-555555555555")
                                        .comment("prebake execution 6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10")
                                        .build())
                        .build())
                .when(ssm)
                .listCommands(any(ListCommandsRequest.class));

        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("StartBake"));

        assertThat(answer.path("commandId").asText()).isEqualTo("11111111-2222-3333-4444-555555555555");
        verify(ssm, never()).sendCommand(any(SendCommandRequest.class));
        var asked = ArgumentCaptor.forClass(ListCommandsRequest.class);
        verify(ssm).listCommands(asked.capture());
        assertThat(asked.getValue().instanceId()).isEqualTo("i-0a4c7d9e2f1b38560");
        assertThat(asked.getValue().filters().getFirst().key()).isEqualTo(CommandFilterKey.DOCUMENT_NAME);
        assertThat(asked.getValue().filters().getFirst().value()).isEqualTo("prebake-bake");
    }

    @Test
    @DisplayName("refuses a builder without a volume")
    void noVolume() {
        ObjectNode event = HandlerCall.event("StartBake");
        ((ObjectNode) event.path("builder")).remove("volumeId");

        assertThatThrownBy(() -> HandlerCall.call(handler, event))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageContaining("the builder has no volumeId");
    }

    private static String allowedPattern() {
        try {
            return Json.mapper()
                    .readTree(Path.of("../../bake/document.json").toFile())
                    .at("/parameters/Request/allowedPattern")
                    .asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String sentRequest() {
        List<String> values = Objects.requireNonNull(sent().parameters().get("Request"));
        assertThat(values).hasSize(1);
        return values.getFirst();
    }

    private SendCommandRequest sent() {
        var request = ArgumentCaptor.forClass(SendCommandRequest.class);
        verify(ssm).sendCommand(request.capture());
        return request.getValue();
    }
}
