package dev.prebake.lab.cloud;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode;

/**
 * Fast Snapshot Restore of one snapshot in one zone: modelled, since no machine here has S3 behind its volumes.
 *
 * <p>A snapshot optimises for 60 minutes per TiB of its volume's size
 * (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-fast-snapshot-restore.html); the moments before and after have no
 * documented length, and take ten seconds each here.
 *
 * @param snapshotId the snapshot
 * @param availabilityZone the zone
 * @param volumeSizeGiB size that the optimising goes by
 * @param enabledAt when it was asked for
 * @param disabledAt when it was taken back; absent while it is wanted
 */
record FastRestore(
        String snapshotId,
        String availabilityZone,
        int volumeSizeGiB,
        Instant enabledAt,
        @Nullable Instant disabledAt) {
    private static final Duration TRANSITION = Duration.ofSeconds(10);
    private static final Duration PER_TIB = Duration.ofMinutes(60);
    private static final int GIB_PER_TIB = 1024;

    /** When it starts to optimise. */
    Instant optimizingAt() {
        return enabledAt.plus(TRANSITION);
    }

    /** When restores become fast. */
    Instant readyAt() {
        return optimizingAt().plus(PER_TIB.multipliedBy(volumeSizeGiB).dividedBy(GIB_PER_TIB));
    }

    /** The state at a moment, under EC2's name. */
    FastSnapshotRestoreStateCode stateAt(Instant now) {
        if (disabledAt != null) {
            return now.isBefore(disabledAt.plus(TRANSITION))
                    ? FastSnapshotRestoreStateCode.DISABLING
                    : FastSnapshotRestoreStateCode.DISABLED;
        }
        if (now.isBefore(optimizingAt())) {
            return FastSnapshotRestoreStateCode.ENABLING;
        }
        return now.isBefore(readyAt()) ? FastSnapshotRestoreStateCode.OPTIMIZING : FastSnapshotRestoreStateCode.ENABLED;
    }
}
