package dev.prebake.rollout;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMappingRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateEbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateEbsBlockDeviceRequest;

/** The volume of a launch template's block device mappings that holds the images. */
final class DataVolume {
    /** Where nodes of both families have it; the cluster's stack puts it there. */
    static final String DEVICE = "/dev/xvdb";

    private DataVolume() {}

    /** The volume among the mappings; empty when there is none, or none of EBS's. */
    static Optional<LaunchTemplateEbsBlockDevice> of(List<LaunchTemplateBlockDeviceMapping> mappings) {
        return mappings.stream()
                .filter(DataVolume::isAt)
                .map(LaunchTemplateBlockDeviceMapping::ebs)
                .filter(Objects::nonNull)
                .findFirst();
    }

    /**
     * All of the mappings, with the snapshot in the data volume's: a new version's list takes the place of its source's as
     * a whole (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html).
     *
     * @param volumeSizeGiB size of the snapshot's volume: EC2 refuses to launch with a smaller one, so that a size that the
     *     template gives grows to it
     */
    static List<LaunchTemplateBlockDeviceMappingRequest> withSnapshot(
            List<LaunchTemplateBlockDeviceMapping> mappings, String snapshotId, int volumeSizeGiB) {
        return mappings.stream()
                .map(mapping -> {
                    var copy = LaunchTemplateBlockDeviceMappingRequest.builder()
                            .deviceName(mapping.deviceName())
                            .virtualName(mapping.virtualName())
                            .noDevice(mapping.noDevice());
                    if (mapping.ebs() != null) {
                        var ebs = copyOf(mapping.ebs());
                        if (isAt(mapping)) {
                            ebs.snapshotId(snapshotId)
                                    .volumeSize(atLeast(mapping.ebs().volumeSize(), volumeSizeGiB));
                        }
                        copy.ebs(ebs.build());
                    }
                    return copy.build();
                })
                .toList();
    }

    private static boolean isAt(LaunchTemplateBlockDeviceMapping mapping) {
        return DEVICE.equals(mapping.deviceName());
    }

    private static @Nullable Integer atLeast(@Nullable Integer sizeGiB, int leastGiB) {
        return sizeGiB == null ? null : (Integer) Math.max(sizeGiB, leastGiB);
    }

    private static LaunchTemplateEbsBlockDeviceRequest.Builder copyOf(LaunchTemplateEbsBlockDevice ebs) {
        return LaunchTemplateEbsBlockDeviceRequest.builder()
                .snapshotId(ebs.snapshotId())
                .volumeType(ebs.volumeTypeAsString())
                .volumeSize(ebs.volumeSize())
                .iops(ebs.iops())
                .throughput(ebs.throughput())
                .volumeInitializationRate(ebs.volumeInitializationRate())
                .encrypted(ebs.encrypted())
                .kmsKeyId(ebs.kmsKeyId())
                .deleteOnTermination(ebs.deleteOnTermination());
    }
}
