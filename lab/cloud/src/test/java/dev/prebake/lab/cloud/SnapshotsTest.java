package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static dev.prebake.lab.cloud.Doubles.filter;
import static dev.prebake.lab.cloud.Doubles.volumeOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermissionModifications;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeregisterImageRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotAttributeName;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.Volume;

@DisplayName("The lab's snapshots")
class SnapshotsTest extends OnDoubles {
    @Test
    @DisplayName("A snapshot is pending until its copy is whole, and completed from then on")
    void completes() {
        String volumeId = volumeOf(aws.launched("one"));
        String snapshotId = aws.begunSnapshot(volumeId, "one");

        Snapshot pending = described().getFirst();
        assertThat(pending.state()).isEqualTo(SnapshotState.PENDING);
        assertThat(pending.progress()).isEqualTo("0%");
        assertThat(pending.completionTime()).isNull();
        assertThat(aws.plane.snapshots()).isEmpty();

        aws.backlog.work();

        Snapshot completed = described().getFirst();
        assertThat(completed.snapshotId()).isEqualTo(snapshotId);
        assertThat(completed.volumeId()).isEqualTo(volumeId);
        assertThat(completed.volumeSize()).isEqualTo(Doubles.VOLUME_GIB);
        assertThat(completed.state()).isEqualTo(SnapshotState.COMPLETED);
        assertThat(completed.progress()).isEqualTo("100%");
        assertThat(completed.startTime()).isEqualTo(Doubles.START);
        assertThat(completed.completionTime()).isEqualTo(Doubles.START);
        assertThat(aws.plane.snapshot(snapshotId)).isPresent();
    }

    @Test
    @DisplayName("A snapshot that one of the account's images has can't be deleted, and goes with that image's end")
    void inImage() {
        String snapshotId = aws.snapshot("one");
        String imageId = aws.ec2
                .registerImage(RegisterImageRequest.builder()
                        .name("with-one")
                        .blockDeviceMappings(BlockDeviceMapping.builder()
                                .deviceName("/dev/xvdb")
                                .ebs(EbsBlockDevice.builder()
                                        .snapshotId(snapshotId)
                                        .build())
                                .build())
                        .build())
                .imageId();

        var delete = DeleteSnapshotRequest.builder().snapshotId(snapshotId).build();
        assertRefused("InvalidSnapshot.InUse", imageId, () -> aws.ec2.deleteSnapshot(delete));
        var having = DescribeImagesRequest.builder()
                .owners("self")
                .filters(filter("block-device-mapping.snapshot-id", snapshotId))
                .build();
        assertThat(aws.ec2.describeImages(having).images())
                .extracting(Image::imageId)
                .containsExactly(imageId);
        assertThat(aws.ec2
                        .describeImages(having.toBuilder().owners("amazon").build())
                        .images())
                .isEmpty();
        assertRefused(
                "InvalidAMIID.NotFound",
                "ami-0",
                () -> aws.ec2.describeImages(
                        DescribeImagesRequest.builder().imageIds("ami-0").build()));
        assertRefused(
                "InvalidSnapshot.NotFound",
                "snap-0",
                () -> aws.ec2.registerImage(RegisterImageRequest.builder()
                        .name("of nothing")
                        .blockDeviceMappings(BlockDeviceMapping.builder()
                                .ebs(EbsBlockDevice.builder()
                                        .snapshotId("snap-0")
                                        .build())
                                .build())
                        .build()));

        aws.ec2.deregisterImage(
                DeregisterImageRequest.builder().imageId(imageId).build());
        aws.ec2.deleteSnapshot(delete);
        assertThat(described()).isEmpty();
    }

    @Test
    @DisplayName("A snapshot tells with whom it is shared")
    void shares() {
        String snapshotId = aws.snapshot("one");
        var describe = DescribeSnapshotAttributeRequest.builder()
                .snapshotId(snapshotId)
                .attribute(SnapshotAttributeName.CREATE_VOLUME_PERMISSION)
                .build();
        assertThat(aws.ec2.describeSnapshotAttribute(describe).createVolumePermissions())
                .isEmpty();
        var with = CreateVolumePermission.builder().userId("111122223333").build();

        aws.ec2.modifySnapshotAttribute(ModifySnapshotAttributeRequest.builder()
                .snapshotId(snapshotId)
                .createVolumePermission(
                        CreateVolumePermissionModifications.builder().add(with).build())
                .build());
        assertThat(aws.ec2.describeSnapshotAttribute(describe).createVolumePermissions())
                .containsExactly(with);

        aws.ec2.modifySnapshotAttribute(ModifySnapshotAttributeRequest.builder()
                .snapshotId(snapshotId)
                .createVolumePermission(CreateVolumePermissionModifications.builder()
                        .remove(with)
                        .build())
                .build());
        assertThat(aws.ec2.describeSnapshotAttribute(describe).createVolumePermissions())
                .isEmpty();
        assertRefused(
                "InvalidParameterValue",
                "productCodes",
                () -> aws.ec2.describeSnapshotAttribute(describe.toBuilder()
                        .attribute(SnapshotAttributeName.PRODUCT_CODES)
                        .build()));
    }

    @Test
    @DisplayName("A snapshot is under the key that its volume was launched with, as the volume is")
    void key() {
        String key = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
        String instanceId = aws.ec2
                .runInstances(Doubles.launch("one")
                        .blockDeviceMappings(BlockDeviceMapping.builder()
                                .deviceName("/dev/xvdb")
                                .ebs(EbsBlockDevice.builder()
                                        .volumeSize(Doubles.VOLUME_GIB)
                                        .encrypted(true)
                                        .kmsKeyId(key)
                                        .build())
                                .build())
                        .build())
                .instances()
                .getFirst()
                .instanceId();
        aws.backlog.work();
        aws.begunSnapshot(volumeOf(aws.instance(instanceId)), "one");
        aws.snapshot("two");

        assertThat(aws.ec2
                        .describeVolumes(DescribeVolumesRequest.builder()
                                .filters(filter("attachment.instance-id", instanceId))
                                .build())
                        .volumes())
                .extracting(Volume::kmsKeyId)
                .containsExactly(key);
        assertThat(described()).extracting(Snapshot::kmsKeyId).containsExactlyInAnyOrder(key, null);
    }

    @Test
    @DisplayName("A snapshot whose copy fails is in error and says why")
    void fails() {
        String volumeId = volumeOf(aws.launched("one"));
        aws.begunSnapshot(volumeId, "one");
        aws.plane.machines().getFirst().close();
        aws.plane.deleteVolume(volumeId);

        aws.backlog.work();

        Snapshot failed = described().getFirst();
        assertThat(failed.state()).isEqualTo(SnapshotState.ERROR);
        assertThat(failed.stateMessage()).contains("no volume " + volumeId);
    }

    @Test
    @DisplayName("An unknown volume or snapshot is EC2's error")
    void unknown() {
        String known = aws.snapshot("one");
        var describe =
                DescribeSnapshotsRequest.builder().snapshotIds(known, "snap-0x").build();

        assertRefused("InvalidVolume.NotFound", "'vol-0x'", () -> aws.begunSnapshot("vol-0x", "two"));
        assertRefused("InvalidSnapshot.NotFound", "'snap-0x'", () -> aws.ec2.describeSnapshots(describe));
        assertRefused("InvalidSnapshot.NotFound", "'snap-0x'", () -> delete("snap-0x"));
        assertThat(described()).hasSize(1);
    }

    @Test
    @DisplayName("A deleted snapshot is gone, its files and its Fast Snapshot Restores too; others stay")
    void deletes() {
        String kept = aws.snapshot("one");
        String deleted = aws.snapshot("two");
        aws.ec2.enableFastSnapshotRestores(EnableFastSnapshotRestoresRequest.builder()
                .sourceSnapshotIds(kept, deleted)
                .availabilityZones(Doubles.ZONE)
                .build());

        delete(deleted);

        assertThat(described()).extracting(Snapshot::snapshotId).containsExactly(kept);
        assertThat(aws.plane.snapshot(deleted)).isEmpty();
        assertThat(aws.ec2
                        .describeFastSnapshotRestores(
                                DescribeFastSnapshotRestoresRequest.builder().build())
                        .fastSnapshotRestores())
                .singleElement()
                .satisfies(restore -> assertThat(restore.snapshotId()).isEqualTo(kept));
        assertRefused("InvalidSnapshot.NotFound", deleted, () -> delete(deleted));
    }

    @Test
    @DisplayName("Filters find snapshots by tag, status, volume and description")
    void filters() {
        String one = aws.snapshot("one");
        String two = aws.begunSnapshot(volumeOf(aws.launched("two")), "two");

        assertThat(ids(filter("tag:Name", "one"))).containsExactly(one);
        assertThat(ids(filter("status", "pending"))).containsExactly(two);
        assertThat(ids(filter("status", "pending", "completed"))).containsExactlyInAnyOrder(one, two);
        assertThat(ids(filter("status", "completed"), filter("tag:Name", "two")))
                .isEmpty();
        assertThat(ids(filter("description", "of t*"))).containsExactly(two);
        assertThat(ids(filter("volume-id", described().getFirst().volumeId()))).hasSize(1);
        assertThat(ids(filter("snapshot-id", two))).containsExactly(two);
        aws.backlog.work();
    }

    @Test
    @DisplayName("A filter that the lab doesn't know is refused before there is a snapshot")
    void unknownFilter() {
        assertRefused("InvalidParameterValue", "'owner-alias'", () -> ids(filter("owner-alias", "amazon")));
    }

    private List<Snapshot> described(Filter... filters) {
        return aws.ec2
                .describeSnapshots(
                        DescribeSnapshotsRequest.builder().filters(filters).build())
                .snapshots();
    }

    private List<String> ids(Filter... filters) {
        return described(filters).stream().map(Snapshot::snapshotId).toList();
    }

    private void delete(String snapshotId) {
        aws.ec2.deleteSnapshot(
                DeleteSnapshotRequest.builder().snapshotId(snapshotId).build());
    }
}
