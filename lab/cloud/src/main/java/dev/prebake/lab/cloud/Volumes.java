package dev.prebake.lab.cloud;

import dev.prebake.lab.host.DataPlane;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.CreateVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesResponse;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ec2.model.VolumeAttachment;
import software.amazon.awssdk.services.ec2.model.VolumeAttachmentState;
import software.amazon.awssdk.services.ec2.model.VolumeState;
import software.amazon.awssdk.services.ec2.model.VolumeType;

/** EC2's volumes, over the data plane's. */
final class Volumes {
    private static final ResourceFilter<LabVolume> FILTER = new ResourceFilter<>(
            Map.of(
                    "volume-id", volume -> List.of(volume.volumeId()),
                    "snapshot-id", volume -> List.of(volume.snapshotId()),
                    "availability-zone", volume -> List.of(volume.availabilityZone()),
                    "status", volume -> List.of(state(volume).toString()),
                    "attachment.instance-id",
                            volume -> volume.attachment() == null
                                    ? List.of()
                                    : List.of(volume.attachment().instanceId())),
            volume -> ResourceTags.answer(volume.tags()));

    private final DataPlane plane;
    private final Account account;
    private final InstantSource clock;
    private final Map<String, LabVolume> volumes = new ConcurrentHashMap<>();

    Volumes(DataPlane plane, Account account, InstantSource clock) {
        this.plane = plane;
        this.account = account;
        this.clock = clock;
    }

    /** Takes an instance's volumes, or none when one can't be made from its snapshot; {@link #fill} makes their content. */
    void add(List<LabVolume> wanted) {
        wanted.stream()
                .filter(volume -> !volume.snapshotId().isEmpty())
                .forEach(volume -> requireSnapshot(volume.snapshotId(), volume.sizeGiB()));
        for (LabVolume volume : wanted) {
            volumes.put(volume.volumeId(), volume);
        }
    }

    /**
     * Makes the content of an instance's volumes. EBS brings a snapshot's blocks in while the volume is in use already; here
     * they are copied, which takes longer than a call to EC2 may.
     *
     * @throws dev.prebake.lab.host.DataPlaneException when a snapshot has been deleted since, or the disk refuses
     */
    void fill(String instanceId) {
        for (LabVolume volume : attachedTo(instanceId)) {
            if (volume.snapshotId().isEmpty()) {
                plane.createVolume(volume.volumeId(), volume.sizeGiB());
            } else {
                plane.createVolume(volume.volumeId(), volume.sizeGiB(), volume.snapshotId());
            }
        }
    }

    /** The snapshot that one of an instance's volumes is to be made from and that isn't there any more. */
    Optional<String> missingSnapshot(String instanceId) {
        return attachedTo(instanceId).stream()
                .map(LabVolume::snapshotId)
                .filter(id -> !id.isEmpty() && account.snapshot(id).isEmpty())
                .findFirst();
    }

    /** Deletes the snapshots that an instance's volumes are to be made from, as another execution might. */
    void loseSnapshots(String instanceId) {
        for (LabVolume volume : attachedTo(instanceId)) {
            account.removeSnapshot(volume.snapshotId());
            plane.deleteSnapshot(volume.snapshotId());
        }
    }

    /**
     * Checks that a volume can be made from a snapshot.
     *
     * @param sizeGiB size that the volume is to have, in GiB; absent when it is to have the snapshot's
     * @throws software.amazon.awssdk.awscore.exception.AwsServiceException under EC2's code for why it can't
     */
    void requireSnapshot(String snapshotId, @Nullable Integer sizeGiB) {
        StoredSnapshot snapshot = account.snapshot(snapshotId)
                .orElseThrow(() -> AwsAnswers.ec2(
                        "InvalidSnapshot.NotFound", "The snapshot '" + snapshotId + "' does not exist."));
        if (snapshot.completedAt() == null) {
            throw AwsAnswers.ec2(
                    "IncorrectState",
                    "Snapshot is in invalid state - " + (snapshot.failure() == null ? "pending" : "error"));
        }
        if (sizeGiB != null && sizeGiB < snapshot.volumeSizeGiB()) {
            throw AwsAnswers.ec2(
                    "InvalidBlockDeviceMapping",
                    "Volume of size " + sizeGiB + "GB is smaller than snapshot '" + snapshotId + "', expect size >= "
                            + snapshot.volumeSizeGiB() + "GB");
        }
    }

    List<LabVolume> attachedTo(String instanceId) {
        return volumes.values().stream()
                .filter(volume -> volume.attachment() != null
                        && volume.attachment().instanceId().equals(instanceId))
                .sorted(Comparator.comparing(LabVolume::volumeId))
                .toList();
    }

    LabVolume existing(String volumeId) {
        LabVolume volume = volumes.get(volumeId);
        if (volume == null) {
            throw AwsAnswers.ec2("InvalidVolume.NotFound", "The volume '" + volumeId + "' does not exist.");
        }
        return volume;
    }

    /** Frees the volumes of an instance that has ended; those that go with it go, and those that never came to be. */
    void releaseFrom(String instanceId) {
        for (LabVolume volume : attachedTo(instanceId)) {
            boolean goesWithIt =
                    volume.attachment() != null && volume.attachment().deleteOnTermination();
            if (goesWithIt || plane.volume(volume.volumeId()).isEmpty()) {
                remove(volume);
            } else {
                volumes.put(volume.volumeId(), volume.detached());
            }
        }
    }

    /** Makes a volume of nobody's, ready at once: empty, or from a snapshot. */
    CreateVolumeResponse create(CreateVolumeRequest request) {
        if (request.availabilityZone() == null) {
            throw AwsAnswers.ec2("MissingParameter", "The request must contain the parameter AvailabilityZone.");
        }
        if (request.snapshotId() == null && request.size() == null) {
            throw AwsAnswers.ec2("MissingParameter", "The request must contain the parameter size/snapshot.");
        }
        if (request.snapshotId() != null) {
            requireSnapshot(request.snapshotId(), request.size());
        }
        int sizeGiB = request.size() != null
                ? request.size()
                : account.snapshot(request.snapshotId()).orElseThrow().volumeSizeGiB();
        LabVolume volume = new LabVolume(
                ResourceIds.next("vol"),
                sizeGiB,
                request.iops(),
                request.throughput(),
                request.snapshotId() == null ? "" : request.snapshotId(),
                request.kmsKeyId(),
                request.availabilityZone(),
                clock.instant(),
                ResourceTags.of(request.tagSpecifications(), ResourceType.VOLUME),
                null);
        if (volume.snapshotId().isEmpty()) {
            plane.createVolume(volume.volumeId(), sizeGiB);
        } else {
            plane.createVolume(volume.volumeId(), sizeGiB, volume.snapshotId());
        }
        volumes.put(volume.volumeId(), volume);
        Volume answer = answer(volume);
        return CreateVolumeResponse.builder()
                .volumeId(answer.volumeId())
                .size(answer.size())
                .iops(answer.iops())
                .throughput(answer.throughput())
                .volumeType(answer.volumeType())
                .encrypted(answer.encrypted())
                .kmsKeyId(answer.kmsKeyId())
                .snapshotId(answer.snapshotId())
                .availabilityZone(answer.availabilityZone())
                .createTime(answer.createTime())
                .state(answer.state())
                .tags(answer.tags())
                .build();
    }

    DescribeVolumesResponse describe(DescribeVolumesRequest request) {
        List<LabVolume> asked = request.volumeIds().isEmpty()
                ? volumes.values().stream()
                        .sorted(Comparator.comparing(LabVolume::volumeId))
                        .toList()
                : request.volumeIds().stream().map(this::existing).toList();
        Page<LabVolume> page = AwsAnswers.ec2Page(
                FILTER.passing(asked, request.filters()),
                LabVolume::volumeId,
                request.maxResults(),
                AwsAnswers.EC2_LEAST,
                request.nextToken());
        return DescribeVolumesResponse.builder()
                .volumes(page.items().stream().map(Volumes::answer).toList())
                .nextToken(page.nextToken())
                .build();
    }

    DeleteVolumeResponse delete(DeleteVolumeRequest request) {
        LabVolume volume = existing(request.volumeId());
        if (volume.attachment() != null) {
            throw AwsAnswers.ec2(
                    "VolumeInUse",
                    "Volume " + volume.volumeId() + " is currently attached to "
                            + volume.attachment().instanceId());
        }
        remove(volume);
        return DeleteVolumeResponse.builder().build();
    }

    private void remove(LabVolume volume) {
        plane.deleteVolume(volume.volumeId());
        volumes.remove(volume.volumeId());
    }

    private static VolumeState state(LabVolume volume) {
        return volume.attachment() == null ? VolumeState.AVAILABLE : VolumeState.IN_USE;
    }

    private static Volume answer(LabVolume volume) {
        Volume.Builder answer = Volume.builder()
                .volumeId(volume.volumeId())
                .size(volume.sizeGiB())
                .iops(volume.iops())
                .throughput(volume.throughputMiBps())
                .volumeType(VolumeType.GP3)
                .encrypted(true)
                .kmsKeyId(volume.kmsKeyId())
                .snapshotId(volume.snapshotId())
                .availabilityZone(volume.availabilityZone())
                .createTime(volume.createdAt())
                .state(state(volume))
                .tags(ResourceTags.answer(volume.tags()));
        LabVolume.Attachment attachment = volume.attachment();
        if (attachment != null) {
            answer.attachments(VolumeAttachment.builder()
                    .volumeId(volume.volumeId())
                    .instanceId(attachment.instanceId())
                    .device(attachment.device())
                    .deleteOnTermination(attachment.deleteOnTermination())
                    .state(VolumeAttachmentState.ATTACHED)
                    .build());
        }
        return answer.build();
    }
}
