package dev.prebake.lab.cloud;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A volume of the lab.
 *
 * @param volumeId its ID
 * @param sizeGiB its size
 * @param iops provisioned IOPS; kept, not enforced
 * @param throughputMiBps provisioned throughput; kept, not enforced
 * @param snapshotId the snapshot it was made from; empty for an empty volume, as EC2 answers it
 * @param kmsKeyId the key of its request; absent for the account's default
 * @param availabilityZone its zone
 * @param createdAt when it was made
 * @param tags its tags
 * @param attachment where it is attached; absent while it is available
 */
record LabVolume(
        String volumeId,
        int sizeGiB,
        @Nullable Integer iops,
        @Nullable Integer throughputMiBps,
        String snapshotId,
        @Nullable String kmsKeyId,
        String availabilityZone,
        Instant createdAt,
        Map<String, String> tags,
        @Nullable Attachment attachment) {
    LabVolume detached() {
        return new LabVolume(
                volumeId,
                sizeGiB,
                iops,
                throughputMiBps,
                snapshotId,
                kmsKeyId,
                availabilityZone,
                createdAt,
                tags,
                null);
    }

    /**
     * A volume's place at an instance.
     *
     * @param instanceId the instance
     * @param device name of the block device mapping, say {@code /dev/xvdb}
     * @param deleteOnTermination whether the volume goes with the instance
     */
    record Attachment(String instanceId, String device, boolean deleteOnTermination) {}
}
