package dev.prebake.retire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doAnswer;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesResponse;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoreErrorItem;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoreStateError;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoreStateErrorItem;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.LaunchTemplate;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateEbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateVersion;
import software.amazon.awssdk.services.ec2.model.PermissionGroup;
import software.amazon.awssdk.services.ec2.model.ResponseLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Tag;
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
        doReturn(DescribeImagesResponse.builder().build()).when(ec2).describeImages(any(DescribeImagesRequest.class));
        templates();
        doReturn(DescribeSnapshotAttributeResponse.builder().build())
                .when(ec2)
                .describeSnapshotAttribute(any(DescribeSnapshotAttributeRequest.class));
        doReturn(DeleteSnapshotResponse.builder().build()).when(ec2).deleteSnapshot(any(DeleteSnapshotRequest.class));
    }

    @Test
    @DisplayName("keeps the newest of the cache's completed snapshots and deletes the rest")
    void retires() {
        assertThat(HandlerCall.call(handler, HandlerCall.event("RetireSnapshots")))
                .hasToString("{\"dryRun\":false,\"retired\":[{\"snapshotId\":\"snap-oldest\",\"reason\":"
                        + "\"it is older than the newest 3 (number 4), and no launch template, volume, image or other"
                        + " account uses it\"}],\"kept\":["
                        + "{\"snapshotId\":\"snap-0b3d5f7a9c1e2d4f6\",\"reason\":\"it is published\"},"
                        + "{\"snapshotId\":\"snap-second\",\"reason\":\"it is among the newest 3\"},"
                        + "{\"snapshotId\":\"snap-third\",\"reason\":\"it is among the newest 3\"}],"
                        + "\"fastRestoreDisabled\":{}}");
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

        assertThat(ids(answer)).containsExactly("snap-second", "snap-third");
        assertThat(answer.path("kept").get(1).path("snapshotId").asText()).isEqualTo("snap-oldest");
    }

    @Test
    @DisplayName("keeps a snapshot that a volume was made from")
    void keepsInUse() {
        doReturn(DescribeVolumesResponse.builder()
                        .volumes(Volume.builder()
                                .volumeId("vol-0123")
                                .snapshotId("snap-oldest")
                                .build())
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
    @DisplayName("keeps a snapshot that an image of the account has, disabled ones too")
    void keepsInImage() {
        doReturn(DescribeImagesResponse.builder()
                        .images(Image.builder()
                                .imageId("ami-0123")
                                .blockDeviceMappings(
                                        BlockDeviceMapping.builder()
                                                .virtualName("ephemeral0")
                                                .build(),
                                        BlockDeviceMapping.builder()
                                                .ebs(EbsBlockDevice.builder()
                                                        .snapshotId("snap-oldest")
                                                        .build())
                                                .build())
                                .build())
                        .build())
                .when(ec2)
                .describeImages(any(DescribeImagesRequest.class));

        assertThat(keptOldest()).isEqualTo("image ami-0123 has it");
        var asked = ArgumentCaptor.forClass(DescribeImagesRequest.class);
        verify(ec2).describeImages(asked.capture());
        assertThat(asked.getValue().owners()).containsExactly("self");
        assertThat(asked.getValue().includeDisabled()).isTrue();
        assertThat(asked.getValue().filters())
                .containsExactly(Filter.builder()
                        .name("block-device-mapping.snapshot-id")
                        .values("snap-oldest")
                        .build());
    }

    @Test
    @DisplayName("keeps a snapshot that is shared with another account, or with everybody")
    void keepsShared() {
        doReturn(DescribeSnapshotAttributeResponse.builder()
                        .createVolumePermissions(
                                CreateVolumePermission.builder()
                                        .userId("111122223333")
                                        .build(),
                                CreateVolumePermission.builder()
                                        .group(PermissionGroup.ALL)
                                        .build())
                        .build())
                .when(ec2)
                .describeSnapshotAttribute(any(DescribeSnapshotAttributeRequest.class));

        assertThat(keptOldest()).isEqualTo("it is shared with 111122223333, everybody");
    }

    @ParameterizedTest(name = "version {1} of {2} described as {0}: {3}")
    @CsvSource(
            nullValues = "-",
            value = {
                // version's description, its number, of how many, tag of the template, whether it is kept
                "-, 1, 1, -, true",
                "-, 3, 3, -, true",
                "-, 2, 3, -, true",
                "prebake snap-oldest, 3, 3, -, true",
                "prebake snap-oldest, 2, 3, -, false",
                "-, 2, 3, eks:nodegroup-name, false",
                "-, 3, 3, eks:nodegroup-name, true",
            })
    @DisplayName("keeps a snapshot that a launch template has in any version that may be launched")
    void keepsInLaunchTemplate(
            @Nullable String description, long number, long latest, @Nullable String tag, boolean kept) {
        var template = LaunchTemplate.builder()
                .launchTemplateId("lt-0a")
                .launchTemplateName("gpu")
                .latestVersionNumber(latest)
                .defaultVersionNumber(1L);
        if (tag != null) {
            template.tags(Tag.builder().key(tag).value("gpu").build());
        }
        var version = LaunchTemplateVersion.builder()
                .launchTemplateId("lt-0a")
                .launchTemplateName("gpu")
                .versionNumber(number)
                .versionDescription(description)
                .launchTemplateData(ResponseLaunchTemplateData.builder()
                        .blockDeviceMappings(
                                LaunchTemplateBlockDeviceMapping.builder()
                                        .deviceName("/dev/xvda")
                                        .build(),
                                LaunchTemplateBlockDeviceMapping.builder()
                                        .ebs(LaunchTemplateEbsBlockDevice.builder()
                                                .snapshotId("snap-oldest")
                                                .build())
                                        .build())
                        .build())
                .build();
        templates(template.build());
        doAnswer(call -> {
                    DescribeLaunchTemplateVersionsRequest request = call.getArgument(0);
                    boolean named = request.versions().isEmpty()
                            ? "lt-0a".equals(request.launchTemplateId())
                            : number == latest || number == 1;
                    return DescribeLaunchTemplateVersionsResponse.builder()
                            .launchTemplateVersions(named ? List.of(version) : List.of())
                            .build();
                })
                .when(ec2)
                .describeLaunchTemplateVersions(any(DescribeLaunchTemplateVersionsRequest.class));

        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("RetireSnapshots"));

        assertThat(ids(answer)).isEqualTo(kept ? List.of() : List.of("snap-oldest"));
        if (kept) {
            assertThat(answer.at("/kept/3/reason").asText())
                    .isEqualTo("version " + number + " of the launch template gpu (lt-0a) has it");
        }
    }

    @Test
    @DisplayName("says in a dry run what it would do and why, and changes nothing")
    void dryRun() {
        fastRestoreOn("eu-central-1a");
        JsonNode would =
                HandlerCall.call(handler, HandlerCall.event("RetireSnapshots").put("dryRun", true));

        assertThat(would.path("dryRun").asBoolean()).isTrue();
        assertThat(would.path("fastRestoreDisabled")).hasToString("{\"snap-oldest\":[\"eu-central-1a\"]}");
        assertThat(ids(would)).containsExactly("snap-oldest");
        verify(ec2, never()).deleteSnapshot(any(DeleteSnapshotRequest.class));
        verify(ec2, never()).disableFastSnapshotRestores(any(DisableFastSnapshotRestoresRequest.class));

        fourSnapshots();
        fastRestoreOn("eu-central-1a");
        doReturn(DisableFastSnapshotRestoresResponse.builder().build())
                .when(ec2)
                .disableFastSnapshotRestores(any(DisableFastSnapshotRestoresRequest.class));
        ObjectNode did = (ObjectNode) HandlerCall.call(handler, HandlerCall.event("RetireSnapshots"));
        assertThat(did.put("dryRun", true)).isEqualTo(would);
        assertThat(deleted(1)).containsExactly("snap-oldest");
    }

    @Test
    @DisplayName("asks what uses snapshots only when some are to go")
    void asksNothing() {
        HandlerCall.call(handler, HandlerCall.event("RetireSnapshots").put("retainSnapshots", 4));

        verify(ec2, never()).describeVolumes(any(DescribeVolumesRequest.class));
        verify(ec2, never()).describeImages(any(DescribeImagesRequest.class));
        verify(ec2, never()).describeLaunchTemplates(any(DescribeLaunchTemplatesRequest.class));
        verify(ec2, never()).describeSnapshotAttribute(any(DescribeSnapshotAttributeRequest.class));
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
        assertThat(ids(HandlerCall.call(handler, HandlerCall.event("RetireSnapshots"))))
                .containsExactly("snap-oldest");

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

    private String keptOldest() {
        JsonNode answer = HandlerCall.call(handler, HandlerCall.event("RetireSnapshots"));
        assertThat(answer.path("retired")).isEmpty();
        assertThat(answer.at("/kept/3/snapshotId").asText()).isEqualTo("snap-oldest");
        return answer.at("/kept/3/reason").asText();
    }

    private static List<String> ids(JsonNode answer) {
        return answer.path("retired")
                .valueStream()
                .map(snapshot -> snapshot.path("snapshotId").asText())
                .toList();
    }

    private void templates(LaunchTemplate... templates) {
        doReturn(DescribeLaunchTemplatesResponse.builder()
                        .launchTemplates(templates)
                        .build())
                .when(ec2)
                .describeLaunchTemplates(any(DescribeLaunchTemplatesRequest.class));
        doReturn(DescribeLaunchTemplateVersionsResponse.builder().build())
                .when(ec2)
                .describeLaunchTemplateVersions(any(DescribeLaunchTemplateVersionsRequest.class));
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
