package dev.prebake.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.BakePlan;
import dev.prebake.kernel.BakedSnapshot;
import dev.prebake.kernel.NodeGroup;
import dev.prebake.kernel.PlannedImage;
import dev.prebake.kernel.PlannedVolume;
import dev.prebake.kernel.RegistrySettings;
import dev.prebake.registry.Registry;
import dev.prebake.registry.UnresolvedImageException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryResponse;
import software.amazon.awssdk.services.ssm.model.ParameterHistory;
import software.amazon.awssdk.services.ssm.model.SsmException;

final class PlanBakeHandlerTest {
    private static final long GB = 1_000_000_000;

    /** Of the image busybox alone, as the registry here has it. */
    private static final String KEY = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";

    private static final String FINGERPRINT = Fingerprint.of(
            Architecture.AMD64,
            List.of(new PlannedImage(
                    "docker.io/library/busybox:latest",
                    "sha256:index-of-busybox",
                    "sha256:manifest-of-busybox",
                    1_000,
                    1)),
            null);

    private final Ec2Client ec2 = mock(Ec2Client.class);
    private final SsmClient ssm = mock(SsmClient.class, CALLS_REAL_METHODS);
    private final FakeRegistry registry = new FakeRegistry();

    @BeforeEach
    void noSnapshots() {
        when(ec2.describeSnapshots(any(DescribeSnapshotsRequest.class)))
                .thenReturn(DescribeSnapshotsResponse.builder().build());
    }

    private BakePlan plan(String input) {
        return new PlanBakeHandler(ec2, ssm, _ -> registry)
                .handle(new PlanRequest(Inputs.json(input), null, Inputs.NOW));
    }

    @Test
    @DisplayName("the plan has all that the later states need")
    void wholePlan() {
        registry.has("nvcr.io/nvidia/pytorch:24.08-py3", 9 * GB, GB / 2).has("busybox", 2_000_000, GB / 2);
        ObjectNode input = Inputs.full();
        input.put("force", false);
        BakePlan plan = new PlanBakeHandler(ec2, ssm, _ -> registry).handle(new PlanRequest(input, null, Inputs.NOW));
        List<PlannedImage> images = List.of(
                new PlannedImage(
                        "nvcr.io/nvidia/pytorch:24.08-py3",
                        "sha256:index-of-nvcr.io/nvidia/pytorch:24.08-py3",
                        "sha256:manifest-of-nvcr.io/nvidia/pytorch:24.08-py3",
                        9 * GB + GB / 2,
                        2),
                new PlannedImage(
                        "docker.io/library/busybox:latest",
                        "sha256:index-of-busybox",
                        "sha256:manifest-of-busybox",
                        2_000_000 + GB / 2,
                        2));
        assertThat(plan)
                .isEqualTo(new BakePlan(
                        Inputs.NOW,
                        "gpu",
                        Architecture.AMD64,
                        images,
                        List.of(new RegistrySettings(
                                "nvcr.io",
                                "arn:aws:secretsmanager:us-east-1:123456789012:secret:nvcr-AbCdEf",
                                List.of(),
                                null)),
                        Fingerprint.of(Architecture.AMD64, images, 64),
                        9 * GB + GB / 2 + 2_000_000,
                        new PlannedVolume(64, 4000, 500, null),
                        List.of("m7i.4xlarge"),
                        List.of("us-east-1a"),
                        2,
                        true,
                        "/caches/gpu",
                        List.of(new NodeGroup("ml", "gpu-a"), new NodeGroup("ml", "gpu-b")),
                        null,
                        null,
                        false));
    }

    @Test
    @DisplayName("without a size the volume's follows from the images, and doesn't count in the fingerprint")
    void automaticSize() {
        registry.has("pytorch", 9_500_000_000L);
        BakePlan plan = plan("{\"cacheName\":\"a\",\"images\":[\"pytorch\"]}");
        assertThat(plan.volume()).isEqualTo(new PlannedVolume(40, 16_000, 1_000, null));
        assertThat(plan.fingerprint()).isEqualTo(Fingerprint.of(Architecture.AMD64, plan.images(), null));
        assertThat(plan.parameterName()).isEqualTo("/prebake/a/snapshot-id");
    }

    @Test
    @DisplayName(
            "the plan has the settings of the images' registries and of their mirrors, which the fingerprint leaves out")
    void usedRegistries() {
        registry.has("a.b/c", 1_000);
        String start = "{\"cacheName\":\"a\",\"images\":[\"a.b/c\"]";
        BakePlan plan =
                plan(start + ",\"registries\":{\"z.b\":{\"caParameter\":\"/z\"},\"m.b:5000\":{\"caParameter\":\"/m\"},"
                        + "\"a.b\":{\"mirrors\":[\"https://m.b:5000/x\"]}}}");
        assertThat(plan.registries()).extracting(RegistrySettings::host).containsExactly("m.b:5000", "a.b");
        assertThat(plan.fingerprint()).isEqualTo(plan(start + "}").fingerprint());
    }

    private static Snapshot snapshot(String id, String startedAt, Map<String, String> tags) {
        return Snapshot.builder()
                .snapshotId(id)
                .volumeSize(64)
                .startTime(Instant.parse(startedAt))
                .tags(tags.entrySet().stream()
                        .map(tag -> Tag.builder()
                                .key(tag.getKey())
                                .value(tag.getValue())
                                .build())
                        .toList())
                .build();
    }

    private static DescribeSnapshotsResponse page(@Nullable String nextToken, Snapshot... snapshots) {
        return DescribeSnapshotsResponse.builder()
                .snapshots(snapshots)
                .nextToken(nextToken)
                .build();
    }

    @Test
    @DisplayName("the newest completed snapshot with the same content is reused, on whichever page it is")
    void reuse() {
        registry.has("busybox", 1_000);
        when(ec2.describeSnapshots(any(DescribeSnapshotsRequest.class)))
                .thenReturn(
                        page(
                                "page-2",
                                snapshot("snap-1", "2026-01-01T00:00:00Z", Map.of("prebake:fingerprint", FINGERPRINT))),
                        page(
                                "page-3",
                                snapshot(
                                        "snap-3",
                                        "2026-03-01T00:00:00Z",
                                        Map.of(
                                                "prebake:fingerprint", FINGERPRINT,
                                                "prebake:execution", "run-3",
                                                "prebake:base", "snap-0",
                                                "prebake:used-bytes", "2040"))),
                        page(
                                null,
                                snapshot("snap-2", "2026-02-01T00:00:00Z", Map.of("prebake:fingerprint", FINGERPRINT)),
                                snapshot("snap-4", "2026-04-01T00:00:00Z", Map.of("prebake:fingerprint", "other"))));
        BakePlan plan = plan("{\"cacheName\":\"a\",\"images\":[\"busybox\"]}");
        assertThat(plan.reuse())
                .isEqualTo(new BakedSnapshot(
                        "snap-3", 64, 2040L, "snap-0", "run-3", Instant.parse("2026-03-01T00:00:00Z")));
        assertThat(plan.base()).isNull();
        assertThat(plan.fingerprint()).isEqualTo(FINGERPRINT);

        ArgumentCaptor<DescribeSnapshotsRequest> requests = ArgumentCaptor.forClass(DescribeSnapshotsRequest.class);
        verify(ec2, times(3)).describeSnapshots(requests.capture());
        assertThat(requests.getAllValues())
                .extracting(DescribeSnapshotsRequest::nextToken)
                .containsExactly(null, "page-2", "page-3");
        assertThat(requests.getAllValues()).allSatisfy(request -> {
            assertThat(request.ownerIds()).containsExactly("self");
            assertThat(request.filters())
                    .containsExactly(filter("tag:prebake:cache", "a"), filter("status", "completed"));
        });
    }

    private static Filter filter(String name, String value) {
        return Filter.builder().name(name).values(value).build();
    }

    @Test
    @DisplayName("a reusable snapshot whose tags somebody spoiled is reused all the same")
    void spoiledTags() {
        registry.has("busybox", 1_000);
        when(ec2.describeSnapshots(any(DescribeSnapshotsRequest.class)))
                .thenReturn(page(
                        null,
                        snapshot(
                                "snap-1",
                                "2026-01-01T00:00:00Z",
                                Map.of("prebake:fingerprint", FINGERPRINT, "prebake:used-bytes", "plenty"))));
        assertThat(plan("{\"cacheName\":\"a\",\"images\":[\"busybox\"]}").reuse())
                .isEqualTo(
                        new BakedSnapshot("snap-1", 64, null, null, "unknown", Instant.parse("2026-01-01T00:00:00Z")));
    }

    @Test
    @DisplayName(
            "without one to reuse, the newest snapshot of the architecture is the base, and the volume has room for it")
    void base() {
        registry.has("pytorch", 9_500_000_000L);
        when(ec2.describeSnapshots(any(DescribeSnapshotsRequest.class)))
                .thenReturn(page(
                        null,
                        snapshot("snap-1", "2026-01-01T00:00:00Z", ofArchitecture("amd64")),
                        snapshot("snap-2", "2026-02-01T00:00:00Z", ofArchitecture("amd64")),
                        snapshot("snap-3", "2026-03-01T00:00:00Z", ofArchitecture("arm64"))));
        BakePlan plan = plan("{\"cacheName\":\"a\",\"images\":[\"pytorch\"]}");
        assertThat(plan.reuse()).isNull();
        assertThat(plan.base())
                .isEqualTo(new BakedSnapshot(
                        "snap-2", 64, 21_474_836_480L, null, "unknown", Instant.parse("2026-02-01T00:00:00Z")));
        assertThat(plan.volume()).isEqualTo(new PlannedVolume(64, 16_000, 1_000, null));
        assertThat(plan.fingerprint()).isEqualTo(Fingerprint.of(Architecture.AMD64, plan.images(), null));
        verify(ec2, times(1)).describeSnapshots(any(DescribeSnapshotsRequest.class));
    }

    @Test
    @DisplayName("with a key, only snapshots under it are reused or begun from, and the volume gets it")
    void key() {
        registry.has("pytorch", 9_500_000_000L);
        when(ec2.describeSnapshots(any(DescribeSnapshotsRequest.class)))
                .thenReturn(page(
                        null,
                        snapshot("snap-1", "2026-01-01T00:00:00Z", ofArchitecture("amd64")).toBuilder()
                                .kmsKeyId(KEY)
                                .build(),
                        snapshot("snap-2", "2026-02-01T00:00:00Z", ofArchitecture("amd64")).toBuilder()
                                .kmsKeyId(KEY.replace("key/0", "key/9"))
                                .build(),
                        snapshot("snap-3", "2026-03-01T00:00:00Z", Map.of("prebake:fingerprint", FINGERPRINT))));
        BakePlan plan = new PlanBakeHandler(ec2, ssm, _ -> registry)
                .handle(new PlanRequest(
                        Inputs.json("{\"cacheName\":\"a\",\"images\":[\"pytorch\"]}"), KEY, Inputs.NOW));
        assertThat(plan.reuse()).isNull();
        assertThat(plan.base()).extracting(BakedSnapshot::snapshotId).isEqualTo("snap-1");
        assertThat(plan.volume().kmsKeyArn()).isEqualTo(KEY);
    }

    private static Map<String, String> ofArchitecture(String architecture) {
        return Map.of(
                "prebake:fingerprint", "other",
                "prebake:architecture", architecture,
                "prebake:used-bytes", "21474836480");
    }

    @Test
    @DisplayName("with force nothing is looked for: the bake starts from empty")
    void force() {
        registry.has("busybox", 1_000);
        BakePlan plan = plan("{\"cacheName\":\"a\",\"images\":[\"busybox\"],\"force\":true}");
        assertThat(plan.reuse()).isNull();
        assertThat(plan.base()).isNull();
        verifyNoInteractions(ec2);
    }

    @Test
    @DisplayName("25 images are looked up and stay in their order")
    void manyImages() {
        registry.hasMany("image", 25);
        ObjectNode input = Inputs.full();
        input.putArray("images");
        for (int i = 0; i < 25; i++) {
            input.withArray("images").add("image" + i);
        }
        assertThat(new PlanBakeHandler(ec2, ssm, _ -> registry)
                        .handle(new PlanRequest(input, null, Inputs.NOW))
                        .images())
                .extracting(PlannedImage::reference)
                .containsExactlyElementsOf(IntStream.range(0, 25)
                        .mapToObj(i -> "docker.io/library/image" + i + ":latest")
                        .toList());
    }

    @Test
    @DisplayName("all images that a registry refused come in one error, each with its answer")
    void refusedImages() {
        registry.has("busybox", 1_000)
                .fails("a:1", UnresolvedImageException.lasting("one answered 404"))
                .fails("b:1", UnresolvedImageException.passing("two answered 503", null))
                .fails("c:1", UnresolvedImageException.otherPlatform("its index has linux/arm64"));
        assertThatThrownBy(() -> plan("{\"cacheName\":\"a\",\"images\":[\"a:1\",\"busybox\",\"b:1\",\"c:1\"]}"))
                .isInstanceOf(ImagesUnavailableException.class)
                .hasMessage("""
                        3 of 4 images can't be baked:
                        - docker.io/library/a:1: one answered 404
                        - docker.io/library/b:1: two answered 503
                        - docker.io/library/c:1: its index has linux/arm64
                        Nothing was launched. Correct these images in the input and start the execution again.""");
        verifyNoInteractions(ec2);
    }

    @Test
    @DisplayName("when all that failed may pass by itself, the error is the one that the workflow repeats")
    void passingTrouble() {
        registry.has("busybox", 1_000).fails("b:1", UnresolvedImageException.passing("two answered 503", null));
        assertThatThrownBy(() -> plan("{\"cacheName\":\"a\",\"images\":[\"busybox\",\"b:1\"]}"))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining(
                        "1 of 2 images can't be looked up for now:\n- docker.io/library/b:1: two answered 503");
    }

    @Test
    @DisplayName("a volume that is too small is refused together with the images that are")
    void smallVolume() {
        registry.has("pytorch", 9_500_000_000L).fails("b:1", UnresolvedImageException.lasting("two answered 404"));
        assertThatThrownBy(() -> plan("{\"cacheName\":\"a\",\"images\":[\"pytorch\",\"b:1\"],\"volumeSizeGiB\":20}"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("has 2 problems:\n- volumeSizeGiB: 20 GiB is too small")
                .hasMessageContaining("\n- docker.io/library/b:1: two answered 404\n");
        verifyNoInteractions(ec2);
    }

    @Test
    @DisplayName("problems of fields and what registries say of the well-formed images come at once")
    void fieldsAndImages() {
        registry.has("pytorch", 9_500_000_000L)
                .fails("b:1", UnresolvedImageException.passing("two answered 503", null));
        assertThatThrownBy(
                        () -> plan("{\"cacheName\":\"A\",\"images\":[\"pytorch\",\"b:1\",\"C\"],\"volumeSizeGiB\":20}"))
                .isInstanceOf(InvalidInputException.class)
                .message()
                .contains("The execution's input has 4 problems:")
                .contains("\n- cacheName: 'A' is no name")
                .contains("\n- images[2]: 'C' is no image reference")
                .contains("\n- volumeSizeGiB: 20 GiB is too small")
                .contains("\n- docker.io/library/b:1: two answered 503\n");
    }

    @Test
    @DisplayName("without a known architecture no registry is asked")
    void unknownArchitecture() {
        assertThatThrownBy(() -> plan("{\"cacheName\":\"a\",\"images\":[\"b:1\"],\"architecture\":\"mips\"}"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("has 1 problem:\n- architecture: 'mips' is neither 'amd64' nor 'arm64'\n")
                .hasMessageNotContaining("b:1");
    }

    @Test
    @DisplayName("no input at all is refused in words")
    void noInput() {
        PlanBakeHandler handler = new PlanBakeHandler(ec2, ssm, _ -> registry);
        assertThatThrownBy(() -> handler.handle(new PlanRequest(null, null, Inputs.NOW)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("must be a JSON object");
    }

    @Test
    @DisplayName("a thousand problems are counted, forty are shown")
    void manyProblems() {
        ObjectNode input = Inputs.full();
        for (int i = 0; i < 1_000; i++) {
            input.put("field" + i, i);
        }
        PlanBakeHandler handler =
                new PlanBakeHandler(ec2, ssm, _ -> registry.has("busybox").has("nvcr.io/nvidia/pytorch:24.08-py3"));
        assertThatThrownBy(() -> handler.handle(new PlanRequest(input, null, Inputs.NOW)))
                .isInstanceOf(InvalidInputException.class)
                .message()
                .contains("has 1000 problems:")
                .contains("- and 960 more\n")
                .hasSizeLessThan(20_000);
    }

    @Test
    @DisplayName("rolls back to what was published before, without a registry, and planned anew")
    void rollbackToPrevious() {
        keptWithTwoPublished();
        BakePlan plan = plan("{\"cacheName\":\"a\",\"rollbackTo\":\"previous\",\"fastRestoreZones\":[\"us-east-1a\"]}");

        assertThat(plan.rollback()).isTrue();
        assertThat(plan.plannedAt()).isEqualTo(Inputs.NOW);
        assertThat(plan.reuse()).extracting(BakedSnapshot::snapshotId).isEqualTo("snap-0000000a");
        assertThat(plan.fingerprint()).isEqualTo("of-a");
        assertThat(plan.images()).isEmpty();
        assertThat(plan.base()).isNull();
        assertThat(plan.fastRestoreZones()).containsExactly("us-east-1a");
        var asked = ArgumentCaptor.forClass(GetParameterHistoryRequest.class);
        verify(ssm, times(2)).getParameterHistory(asked.capture());
        assertThat(asked.getAllValues())
                .extracting(GetParameterHistoryRequest::name)
                .containsExactly("/prebake/a/snapshot-id", "/prebake/a/snapshot-id/manifest");
    }

    @Test
    @DisplayName("rolls back to a kept snapshot by its ID, the published one too")
    void rollbackToId() {
        keptWithTwoPublished();
        for (String id : List.of("snap-0000000a", "snap-0000000b")) {
            assertThat(plan("{\"cacheName\":\"a\",\"rollbackTo\":\"" + id + "\"}")
                            .reuse())
                    .extracting(BakedSnapshot::snapshotId)
                    .isEqualTo(id);
        }
    }

    @ParameterizedTest
    @DisplayName("refuses to roll back to what isn't there or not described, and names what there is")
    @CsvSource({
        "snap-0000000f, 'no completed snapshot of this cache'",
        "snap-0000000c, 'never published here'",
    })
    void rollbackToNothing(String id, String why) {
        keptWithTwoPublished();
        assertThatThrownBy(() -> plan("{\"cacheName\":\"a\",\"rollbackTo\":\"" + id + "\"}"))
                .isInstanceOf(RollbackImpossibleException.class)
                .hasMessageContainingAll(
                        "the cache a back to " + id,
                        why,
                        "newest first: snap-0000000a of 2026-01-01T00:00:00Z. Nothing");
    }

    @Test
    @DisplayName("has nothing to roll back to where nothing was published before")
    void nothingBefore() {
        doThrow(SsmException.builder()
                        .awsErrorDetails(AwsErrorDetails.builder()
                                .errorCode("ParameterNotFound")
                                .build())
                        .build())
                .when(ssm)
                .getParameterHistory(any(GetParameterHistoryRequest.class));
        assertThatThrownBy(() -> plan("{\"cacheName\":\"a\",\"rollbackTo\":\"previous\"}"))
                .isInstanceOf(RollbackImpossibleException.class)
                .hasMessageContainingAll(
                        "none of the snapshots that were published before is kept", "no other snapshot");
    }

    /** Kept are a, b and c; published were none, a, one that is gone, and now b. */
    private void keptWithTwoPublished() {
        when(ec2.describeSnapshots(any(DescribeSnapshotsRequest.class)))
                .thenReturn(page(
                        null,
                        snapshot("snap-0000000a", "2026-01-01T00:00:00Z", Map.of("prebake:fingerprint", "of-a")),
                        snapshot("snap-0000000b", "2026-02-01T00:00:00Z", Map.of("prebake:fingerprint", "of-b")),
                        snapshot("snap-0000000c", "2026-03-01T00:00:00Z", Map.of("prebake:fingerprint", "of-c"))));
        doAnswer(call -> {
                    GetParameterHistoryRequest request = call.getArgument(0);
                    List<String> values = request.name().endsWith("/manifest")
                            ? List.of(
                                    "by hand",
                                    "{\"snapshotId\":\"snap-0000000a\"}",
                                    "{\"snapshotId\":\"snap-0000000d\"}",
                                    "{\"snapshotId\":\"snap-0000000b\"}")
                            : List.of("none", "snap-0000000a", "snap-0000000d", "snap-0000000b", "snap-0000000b");
                    return GetParameterHistoryResponse.builder()
                            .parameters(values.stream()
                                    .map(value -> ParameterHistory.builder()
                                            .value(value)
                                            .build())
                                    .toList())
                            .build();
                })
                .when(ssm)
                .getParameterHistory(any(GetParameterHistoryRequest.class));
    }

    @Test
    @DisplayName("a fault of our own isn't taken for the registry's")
    void ownFault() {
        Registry broken = (_, _) -> {
            throw new ArithmeticException("ours");
        };
        assertThatThrownBy(() -> new PlanBakeHandler(ec2, ssm, _ -> broken)
                        .handle(new PlanRequest(Inputs.full(), null, Inputs.NOW)))
                .isInstanceOf(ArithmeticException.class);
    }
}
