package dev.prebake.fastrestore;

import dev.prebake.kernel.Poll;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode;

/**
 * What AWS shows of a snapshot's Fast Snapshot Restore at one look, and what follows from it.
 *
 * @param snapshotId the snapshot
 * @param wanted the zones
 * @param volumeSizeGiB size of the volume it was taken from, in GiB
 * @param states what AWS has, by zone
 */
record FastRestoreSight(
        String snapshotId,
        List<String> wanted,
        int volumeSizeGiB,
        Map<String, DescribeFastSnapshotRestoreSuccessItem> states) {
    /** How long AWS may still show the state from before it was enabled (again). */
    static final Duration SETTLING = Duration.ofMinutes(1);

    /**
     * How long optimising takes: 60 min for each TiB of the volume's size
     * (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-fast-snapshot-restore.html).
     */
    Duration expected() {
        return Duration.ofHours(1).multipliedBy(volumeSizeGiB).dividedBy(1024);
    }

    /** Three times as long as expected, and half an hour for what precedes the optimising. */
    Duration deadline() {
        return expected().multipliedBy(3).plusMinutes(30);
    }

    /**
     * Enabled everywhere, or when to look again.
     *
     * @throws FastRestoreRefusedException when AWS took it back in a zone
     * @throws FastRestoreTimedOutException when it isn't enabled everywhere at its deadline
     */
    AwaitedFastRestore judge(Poll poll) {
        Map<String, String> zones = new LinkedHashMap<>();
        Map<String, String> takenBack = new LinkedHashMap<>();
        boolean done = true;
        for (String zone : wanted) {
            var item = states.get(zone);
            zones.put(zone, item == null ? "unknown" : item.stateAsString());
            done &= item != null && item.state() == FastSnapshotRestoreStateCode.ENABLED;
            if (item != null && isOff(item.state()) && poll.isPast(SETTLING)) {
                takenBack.put(
                        zone,
                        "it is " + item.stateAsString() + " again, with reason "
                                + Objects.requireNonNullElse(item.stateTransitionReason(), "(none)"));
            }
        }
        if (!takenBack.isEmpty()) {
            throw new FastRestoreRefusedException(snapshotId, takenBack);
        }
        if (done) {
            return new AwaitedFastRestore(true, null, zones);
        }
        if (poll.isPast(deadline())) {
            throw new FastRestoreTimedOutException(snapshotId, volumeSizeGiB, poll.elapsed(), zones);
        }
        return new AwaitedFastRestore(false, waitSeconds(poll), zones);
    }

    /** Half of what is still expected, 10 s to 5 min; past that, a tenth of the wait so far, to 1 min. */
    private int waitSeconds(Poll poll) {
        Duration remaining = expected().minus(poll.elapsed());
        return remaining.isPositive() ? Math.clamp(remaining.toSeconds() / 2, 10, 300) : poll.waitSeconds(10, 60);
    }

    private static boolean isOff(FastSnapshotRestoreStateCode state) {
        return state == FastSnapshotRestoreStateCode.DISABLING || state == FastSnapshotRestoreStateCode.DISABLED;
    }
}
