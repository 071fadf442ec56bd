package dev.prebake.kernel;

/**
 * The data volume that a bake fills: gp3.
 *
 * @param sizeGiB size in GiB
 * @param iops provisioned IOPS, 3,000 to 80,000
 * @param throughputMiBps provisioned throughput in MiB/s, 125 to 2,000
 */
public record PlannedVolume(int sizeGiB, int iops, int throughputMiBps) {}
