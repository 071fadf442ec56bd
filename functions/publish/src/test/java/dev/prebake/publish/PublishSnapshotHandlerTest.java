package dev.prebake.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.AwsCallFailedException;
import dev.prebake.kernel.BakePlan;
import dev.prebake.kernel.HandlerCall;
import dev.prebake.kernel.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryResponse;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterResponse;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterHistory;
import software.amazon.awssdk.services.ssm.model.ParameterTier;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;
import software.amazon.awssdk.services.ssm.model.PutParameterResponse;
import software.amazon.awssdk.services.ssm.model.SsmException;

@DisplayName("PublishSnapshot")
class PublishSnapshotHandlerTest {
    private static final String ID = "/prebake/pytorch/snapshot-id";
    private static final String MANIFEST = "/prebake/pytorch/snapshot-id/manifest";

    private final SsmClient ssm = mock(SsmClient.class, CALLS_REAL_METHODS);
    private final PublishSnapshotHandler handler = new PublishSnapshotHandler(ssm);
    private final Parameters parameters = new Parameters();
    /** Done once, as soon as the next parameter of that name has been read. */
    private final Map<String, Runnable> afterRead = new HashMap<>();

    /** What is there now, and its history. */
    private static final class Parameters extends HashMap<String, String> {
        private static final long serialVersionUID = 1;
        private final transient Map<String, List<String>> versions = new HashMap<>();

        @Override
        public String put(String name, String value) {
            versions.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
            return super.put(name, value);
        }

        long version(String name) {
            return versions.getOrDefault(name, List.of()).size();
        }
    }

    @BeforeEach
    void store() {
        doAnswer(call -> {
                    GetParameterRequest request = call.getArgument(0);
                    String value = parameters.get(request.name());
                    long version = parameters.version(request.name());
                    Runnable then = afterRead.remove(request.name());
                    if (then != null) {
                        then.run();
                    }
                    if (value == null) {
                        throw refusal("ParameterNotFound");
                    }
                    return GetParameterResponse.builder()
                            .parameter(Parameter.builder()
                                    .value(value)
                                    .version(version)
                                    .build())
                            .build();
                })
                .when(ssm)
                .getParameter(any(GetParameterRequest.class));
        doAnswer(call -> {
                    PutParameterRequest request = call.getArgument(0);
                    parameters.put(request.name(), request.value());
                    return PutParameterResponse.builder()
                            .version(parameters.version(request.name()))
                            .build();
                })
                .when(ssm)
                .putParameter(any(PutParameterRequest.class));
        doAnswer(call -> {
                    GetParameterHistoryRequest request = call.getArgument(0);
                    List<String> versions = parameters.versions.getOrDefault(request.name(), List.of());
                    return GetParameterHistoryResponse.builder()
                            .parameters(IntStream.range(0, versions.size())
                                    .mapToObj(i -> ParameterHistory.builder()
                                            .version(i + 1L)
                                            .value(versions.get(i))
                                            .build())
                                    .toList())
                            .build();
                })
                .when(ssm)
                .getParameterHistory(any(GetParameterHistoryRequest.class));
    }

    @Test
    @DisplayName(
            "writes the manifest first, then exactly the snapshot's ID, as overwritable texts of the cheapest tier")
    void publishes() {
        assertThat(HandlerCall.call(handler, HandlerCall.event("PublishSnapshot")))
                .hasToString("{\"parameterName\":\"/prebake/pytorch/snapshot-id\","
                        + "\"manifestParameterName\":\"/prebake/pytorch/snapshot-id/manifest\","
                        + "\"snapshotId\":\"snap-0b3d5f7a9c1e2d4f6\",\"changed\":true}");

        List<PutParameterRequest> written = written(2);
        assertThat(written).extracting(PutParameterRequest::name).containsExactly(MANIFEST, ID);
        assertThat(written.get(1).value()).isEqualTo("snap-0b3d5f7a9c1e2d4f6");
        assertThat(written).allSatisfy(request -> {
            assertThat(request.type()).isEqualTo(ParameterType.STRING);
            assertThat(request.overwrite()).isTrue();
            assertThat(request.tier()).isEqualTo(ParameterTier.INTELLIGENT_TIERING);
        });
    }

    @Test
    @DisplayName("puts into the manifest what is inside, its sizes, and who baked and published it when")
    void manifest() throws JsonProcessingException {
        HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));

        ObjectNode manifest = (ObjectNode) Json.mapper().readTree(parameters.get(MANIFEST));
        JsonNode images = manifest.remove("images");
        assertThat(manifest)
                .hasToString("{\"snapshotId\":\"snap-0b3d5f7a9c1e2d4f6\",\"cacheName\":\"pytorch\",\"fingerprint\":"
                        + "\"5f0c2f0f3ad9a4bdf6f4a1b7d2f8f7f44d1f2f6ac2a4a6a3d5c0b9e8f7a6b5c4\","
                        + "\"architecture\":\"amd64\",\"volumeSizeGiB\":40,\"usedBytes\":20911259648,"
                        + "\"bakedBy\":\"6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10\",\"bakedAt\":\"2026-11-24T05:20:01Z\","
                        + "\"plannedAt\":\"2026-11-24T05:08:00Z\","
                        + "\"publishedBy\":\"6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10\","
                        + "\"publishedAt\":\"2026-11-24T05:33:00Z\",\"containerd\":\"2.1.4\"}");
        assertThat(images).hasSize(2);
        assertThat(images.get(1))
                .hasToString("{\"reference\":\"nvcr.io/nvidia/pytorch:24.08-py3\",\"digest\":\"sha256:"
                        + "0e5b2ba2f7c5a58ad5d5b4d1b1ed7f2ff8c4fd1c5d7a9d7ae8bd0f1bb2f2ed11\","
                        + "\"compressedBytes\":9534537728,\"unpackedBytes\":20401094656}");
    }

    @Test
    @DisplayName(
            "changes nothing when it runs again, and no more than the plan's time when another execution reuses what is published")
    void unchanged() throws JsonProcessingException {
        HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));
        Map<String, String> before = Map.copyOf(parameters);

        JsonNode again = HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));
        assertThat(again.path("changed").asBoolean()).isFalse();
        assertThat(parameters).isEqualTo(before);
        written(2);

        JsonNode reused = HandlerCall.call(handler, planned(reuse(), "2026-11-25T04:59:00Z"));
        assertThat(reused.path("changed").asBoolean()).isFalse();
        assertThat(parameters).containsEntry(ID, "snap-0b3d5f7a9c1e2d4f6");
        assertThat(written(3).getLast().name()).isEqualTo(MANIFEST);
        ObjectNode manifest = (ObjectNode) Json.mapper().readTree(parameters.get(MANIFEST));
        assertThat(manifest.path("plannedAt").asText()).isEqualTo("2026-11-25T04:59:00Z");
        assertThat(manifest.put("plannedAt", "2026-11-24T05:08:00Z"))
                .isEqualTo(Json.mapper().readTree(before.get(MANIFEST)));
    }

    @Test
    @DisplayName("leaves what was planned later, and says what that is")
    void notBackwards() {
        HandlerCall.call(handler, planned(snapshot("snap-00000000000000002"), "2026-11-24T06:00:00Z"));
        Map<String, String> before = Map.copyOf(parameters);

        JsonNode left = HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));

        assertThat(left)
                .hasToString("{\"parameterName\":\"/prebake/pytorch/snapshot-id\","
                        + "\"manifestParameterName\":\"/prebake/pytorch/snapshot-id/manifest\","
                        + "\"snapshotId\":\"snap-00000000000000002\",\"changed\":false,"
                        + "\"newer\":{\"snapshotId\":\"snap-00000000000000002\","
                        + "\"publishedBy\":\"6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10\","
                        + "\"plannedAt\":\"2026-11-24T06:00:00Z\"}}");
        assertThat(parameters).isEqualTo(before);
        written(2);
    }

    @Test
    @DisplayName(
            "goes by when it was planned, not by the snapshot's age: reusing an old one that is right again is no way back")
    void reusesOlderSnapshot() {
        HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));
        ObjectNode event = planned(snapshot("snap-00000000000000001"), "2026-11-25T00:00:00Z");
        ((ObjectNode) event.path("snapshot")).put("startedAt", "2026-11-01T00:00:00Z");

        JsonNode answer = HandlerCall.call(handler, event.putNull("report"));

        assertThat(answer.has("newer")).isFalse();
        assertThat(parameters).containsEntry(ID, "snap-00000000000000001");
    }

    @Test
    @DisplayName(
            "publishes over a manifest from before there were plans' times, and over one of a snapshot that isn't published")
    void overUndated() throws JsonProcessingException {
        HandlerCall.call(handler, snapshot("snap-00000000000000001"));
        ObjectNode undated = (ObjectNode) Json.mapper().readTree(parameters.get(MANIFEST));
        parameters.put(MANIFEST, undated.without("plannedAt").toString());
        HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));
        assertThat(parameters).containsEntry(ID, "snap-0b3d5f7a9c1e2d4f6");

        parameters.put(
                MANIFEST,
                undated.put("plannedAt", "2026-11-30T00:00:00Z")
                        .put("snapshotId", "snap-00000000000000003")
                        .toString());
        HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));
        assertThat(parameters.get(MANIFEST)).contains("snap-0b3d5f7a9c1e2d4f6");
    }

    @Test
    @DisplayName("brings back what was planned later when that was published between its look and its write")
    void disturbedByNewer() {
        HandlerCall.call(handler, snapshot("snap-00000000000000001"));
        var other = new PublishSnapshotHandler(ssm);
        ObjectNode newer = planned(snapshot("snap-00000000000000002"), "2026-11-24T06:00:00Z");
        afterRead.put(ID, () -> HandlerCall.call(other, newer));

        JsonNode answer =
                HandlerCall.call(handler, planned(HandlerCall.event("PublishSnapshot"), "2026-11-24T05:30:00Z"));

        assertThat(answer.path("snapshotId").asText()).isEqualTo("snap-00000000000000002");
        assertThat(answer.at("/newer/plannedAt").asText()).isEqualTo("2026-11-24T06:00:00Z");
        assertThat(answer.path("changed").asBoolean()).isTrue();
        assertThat(parameters).containsEntry(ID, "snap-00000000000000002");
        assertThat(parameters.get(MANIFEST)).contains("\"snapshotId\":\"snap-00000000000000002\"");
    }

    @Test
    @DisplayName("stays when an older plan was published between its look and its write")
    void disturbedByOlder() {
        HandlerCall.call(handler, snapshot("snap-00000000000000001"));
        var other = new PublishSnapshotHandler(ssm);
        ObjectNode older = planned(snapshot("snap-00000000000000002"), "2026-11-24T05:20:00Z");
        afterRead.put(ID, () -> HandlerCall.call(other, older));

        JsonNode answer =
                HandlerCall.call(handler, planned(HandlerCall.event("PublishSnapshot"), "2026-11-24T05:30:00Z"));

        assertThat(answer.has("newer")).isFalse();
        assertThat(parameters).containsEntry(ID, "snap-0b3d5f7a9c1e2d4f6");
        assertThat(parameters.get(MANIFEST)).contains("\"snapshotId\":\"snap-0b3d5f7a9c1e2d4f6\"");
    }

    @Test
    @DisplayName(
            "publishes an earlier snapshot again with the manifest that it had, planned anew; the next plan publishes over it")
    void rollback() throws JsonProcessingException {
        ObjectNode first = planned(snapshot("snap-00000000000000001"), "2026-11-24T05:00:00Z");
        HandlerCall.call(handler, first);
        ObjectNode had = (ObjectNode) Json.mapper().readTree(parameters.get(MANIFEST));
        HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));
        ObjectNode event = rollbackTo("snap-00000000000000001");

        JsonNode answer = HandlerCall.call(handler, event);

        assertThat(answer.path("changed").asBoolean()).isTrue();
        assertThat(parameters).containsEntry(ID, "snap-00000000000000001");
        assertThat(Json.mapper().readTree(parameters.get(MANIFEST)))
                .isEqualTo(had.put("plannedAt", "2026-11-25T04:59:00Z")
                        .put("publishedBy", "the-rollback")
                        .put("publishedAt", "2026-11-25T05:00:00Z"));
        Map<String, String> before = Map.copyOf(parameters);
        assertThat(HandlerCall.call(handler, event).path("changed").asBoolean()).isFalse();
        assertThat(parameters).isEqualTo(before);

        HandlerCall.call(handler, planned(HandlerCall.event("PublishSnapshot"), "2026-11-26T00:00:00Z"));
        assertThat(parameters).containsEntry(ID, "snap-0b3d5f7a9c1e2d4f6");
    }

    @Test
    @DisplayName("doesn't publish a snapshot again of which no manifest tells what is in it")
    void rollbackToUnknown() {
        HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));
        Map<String, String> before = Map.copyOf(parameters);

        assertThatThrownBy(() -> HandlerCall.call(handler, rollbackTo("snap-00000000000000001")))
                .isInstanceOf(ManifestLostException.class)
                .hasMessageContainingAll(MANIFEST, "snap-00000000000000001", "by digest");
        assertThat(parameters).isEqualTo(before);
    }

    @Test
    @DisplayName("gives up when others write each time, and says what is published now")
    void contested() {
        doAnswer(call -> {
                    PutParameterRequest request = call.getArgument(0);
                    parameters.put(request.name(), request.value());
                    parameters.put(ID, "snap-0000000000000000f");
                    return PutParameterResponse.builder()
                            .version(parameters.version(request.name()))
                            .build();
                })
                .when(ssm)
                .putParameter(any(PutParameterRequest.class));

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("PublishSnapshot")))
                .isInstanceOf(PublicationContestedException.class)
                .hasMessageContainingAll(ID, "snap-0b3d5f7a9c1e2d4f6", "snap-0000000000000000f", "CloudTrail");
    }

    @Test
    @DisplayName("takes the manifest back when the ID's write fails, and leaves it when the ID is there all the same")
    void takesBack() {
        HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));
        Map<String, String> before = Map.copyOf(parameters);
        ObjectNode event = HandlerCall.event("PublishSnapshot");
        ((ObjectNode) event.path("snapshot")).put("snapshotId", "snap-00000000000000002");
        boolean[] carriedOut = {false};
        doAnswer(call -> {
                    PutParameterRequest request = call.getArgument(0);
                    if (request.name().equals(MANIFEST) || carriedOut[0]) {
                        parameters.put(request.name(), request.value());
                    }
                    if (request.name().equals(ID)) {
                        throw refusal("AccessDeniedException");
                    }
                    return PutParameterResponse.builder()
                            .version(parameters.version(request.name()))
                            .build();
                })
                .when(ssm)
                .putParameter(any(PutParameterRequest.class));

        assertThatThrownBy(() -> HandlerCall.call(handler, event)).isInstanceOf(AwsCallFailedException.class);
        assertThat(parameters).isEqualTo(before);

        carriedOut[0] = true;
        assertThatThrownBy(() -> HandlerCall.call(handler, event)).isInstanceOf(AwsCallFailedException.class);
        assertThat(parameters).containsEntry(ID, "snap-00000000000000002");
        assertThat(parameters.get(MANIFEST)).contains("snap-00000000000000002");
    }

    @Test
    @DisplayName("writes just the ID when the answer to its write was lost before")
    void resumed() {
        HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));
        parameters.put(ID, "snap-00000000000000001");

        JsonNode again = HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));

        assertThat(again.path("changed").asBoolean()).isTrue();
        assertThat(written(3).getLast().name()).isEqualTo(ID);
        assertThat(parameters).containsEntry(ID, "snap-0b3d5f7a9c1e2d4f6");
    }

    @Test
    @DisplayName("makes the manifest of a reused snapshot from plan and snapshot when another one is published")
    void reusedAfterAnother() throws JsonProcessingException {
        HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));
        ObjectNode event = reuse();
        ((ObjectNode) event.path("snapshot")).put("snapshotId", "snap-0fedcba9876543210");

        HandlerCall.call(handler, event);

        Manifest manifest = Json.mapper().readValue(parameters.get(MANIFEST), Manifest.class);
        assertThat(manifest.snapshotId()).isEqualTo("snap-0fedcba9876543210");
        assertThat(manifest.usedBytes()).isEqualTo(20911259648L);
        assertThat(manifest.containerd()).isNull();
        assertThat(manifest.images()).extracting(ManifestImage::unpackedBytes).containsOnlyNulls();
        assertThat(manifest.bakedBy()).isEqualTo("6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10");
        assertThat(manifest.publishedBy()).isEqualTo("the-reusing-execution");
        assertThat(parameters).containsEntry(ID, "snap-0fedcba9876543210");
    }

    @Test
    @DisplayName("keeps the report's figures when another cache definition reuses the published snapshot")
    void keepsFigures() throws JsonProcessingException {
        HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));
        ObjectNode event = reuse();
        ((ArrayNode) event.path("plan").path("images")).remove(0);

        HandlerCall.call(handler, event);

        Manifest manifest = Json.mapper().readValue(parameters.get(MANIFEST), Manifest.class);
        assertThat(manifest.images()).extracting(ManifestImage::unpackedBytes).containsExactly(20401094656L);
        assertThat(manifest.containerd()).isEqualTo("2.1.4");
    }

    @Test
    @DisplayName("overwrites a manifest that can't be read")
    void unreadable() {
        parameters.put(MANIFEST, "{\"snapshotId\":");
        parameters.put(ID, "snap-0b3d5f7a9c1e2d4f6");

        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("PublishSnapshot"));

        assertThat(answer.path("changed").asBoolean()).isTrue();
        assertThat(written(1).getFirst().name()).isEqualTo(MANIFEST);
    }

    @Test
    @DisplayName("fits the largest manifest that a plan can lead to into a parameter's 8 KiB")
    void largest() {
        int most = 25;
        String mostBytes = Long.toString(65_536L << 30);
        ObjectNode event = HandlerCall.event("PublishSnapshot").put("execution", "x".repeat(80));
        ObjectNode plan = ((ObjectNode) event.path("plan")).put("cacheName", "c".repeat(63));
        ArrayNode images = plan.putArray("images");
        ArrayNode reported = ((ObjectNode) event.path("report")).putArray("images");
        for (int i = 0; i < most; i++) {
            ObjectNode image = images.addObject()
                    .put("reference", "r".repeat(BakePlan.MAX_REFERENCE_CHARACTERS / most))
                    .put("digest", "sha256:" + "%02d".formatted(i).repeat(32))
                    .put("manifestDigest", "sha256:" + "0".repeat(64))
                    .put("compressedBytes", Long.valueOf(mostBytes))
                    .put("layers", 127);
            reported.addObject().setAll(image.deepCopy().put("unpackedBytes", Long.valueOf(mostBytes)));
        }
        ((ObjectNode) event.path("report")).put("containerd", "2.1.4-rc.1+amzn2023.0.12");
        ((ObjectNode) event.at("/report/volume")).put("usedBytes", Long.valueOf(mostBytes));
        ((ObjectNode) event.path("snapshot"))
                .put("volumeSizeGiB", 65_536)
                .put("base", "snap-0a2c4e6f8b1d3e5f7")
                .put("execution", "y".repeat(80))
                .put("startedAt", "2026-11-24T05:20:01.123456789Z");
        event.put("now", "2026-11-24T05:33:00.123456789Z");
        plan.put("plannedAt", "2026-11-24T05:08:00.123456789Z");

        HandlerCall.call(handler, event);

        assertThat(parameters.get(MANIFEST)).hasSizeBetween(7_000, 8 * 1024);
    }

    @Test
    @DisplayName("names the base that the snapshot was baked on, also when it is reused")
    void base() throws JsonProcessingException {
        ObjectNode event = HandlerCall.event("PublishSnapshot");
        ((ObjectNode) event.path("snapshot")).put("base", "snap-0a2c4e6f8b1d3e5f7");
        HandlerCall.call(handler, event);

        assertThat(Json.mapper().readTree(parameters.get(MANIFEST)).path("base").asText())
                .isEqualTo("snap-0a2c4e6f8b1d3e5f7");
        event.putNull("report").put("execution", "the-reusing-execution");
        assertThat(HandlerCall.call(handler, event).path("changed").asBoolean()).isFalse();
    }

    @Test
    @DisplayName("doesn't take a refusal to read for an absent parameter")
    void forbidden() {
        doAnswer(call -> {
                    throw refusal("AccessDeniedException");
                })
                .when(ssm)
                .getParameter(any(GetParameterRequest.class));

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("PublishSnapshot")))
                .isInstanceOf(AwsCallFailedException.class);
        verify(ssm, never()).putParameter(any(PutParameterRequest.class));
    }

    private static ObjectNode snapshot(String id) {
        ObjectNode event = HandlerCall.event("PublishSnapshot");
        ((ObjectNode) event.path("snapshot")).put("snapshotId", id);
        return event;
    }

    private static ObjectNode rollbackTo(String id) {
        ObjectNode event = planned(snapshot(id), "2026-11-25T04:59:00Z")
                .putNull("report")
                .put("execution", "the-rollback")
                .put("now", "2026-11-25T05:00:00Z");
        ObjectNode plan = (ObjectNode) event.path("plan");
        plan.put("rollback", true).putArray("images");
        return event;
    }

    private static ObjectNode planned(ObjectNode event, String at) {
        ((ObjectNode) event.path("plan")).put("plannedAt", at);
        return event;
    }

    private static ObjectNode reuse() {
        return HandlerCall.event("PublishSnapshot")
                .putNull("report")
                .put("execution", "the-reusing-execution")
                .put("now", "2026-11-25T05:00:00.000Z");
    }

    private List<PutParameterRequest> written(int calls) {
        var request = ArgumentCaptor.forClass(PutParameterRequest.class);
        verify(ssm, times(calls)).putParameter(request.capture());
        return request.getAllValues();
    }

    private static SsmException refusal(String code) {
        return (SsmException) SsmException.builder()
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .statusCode(400)
                .build();
    }
}
