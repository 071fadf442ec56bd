package dev.prebake.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The data volume that a bake fills: gp3.
 *
 * @param sizeGiB size in GiB
 * @param iops provisioned IOPS, 3,000 to 80,000
 * @param throughputMiBps provisioned throughput in MiB/s, 125 to 2,000
 * @param kmsKeyArn KMS key that encrypts it, and so its snapshot; absent: the account's default for EBS
 */
public record PlannedVolume(
        int sizeGiB,
        int iops,
        int throughputMiBps,
        @Nullable String kmsKeyArn) {}
