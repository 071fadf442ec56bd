package dev.prebake.snapshot;

import dev.prebake.kernel.Poll;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;

/**
 * What EC2 shows of a snapshot at one look, and what follows from it.
 *
 * @param snapshotId the snapshot
 * @param snapshot what EC2 knows of it; absent when it doesn't know the ID
 */
record SnapshotSight(String snapshotId, @Nullable Snapshot snapshot) {
    /** How long a snapshot may take: EBS promises nothing; a full one of 1 TiB takes about an hour. */
    static final Duration DEADLINE = Duration.ofHours(3);

    /** How long EC2's eventual consistency may hide a new snapshot. */
    static final Duration SETTLING = Duration.ofMinutes(2);

    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3})%");

    /**
     * Whether it is complete.
     *
     * @throws SnapshotFailedException when EBS gave it up, or it is gone
     * @throws SnapshotTimedOutException when it isn't complete at its deadline
     */
    boolean isComplete(Poll poll) {
        if (snapshot == null) {
            if (poll.isPast(SETTLING)) {
                throw new SnapshotFailedException(snapshotId, "EC2 doesn't know it: somebody has deleted it");
            }
            return false;
        }
        if (snapshot.state() == SnapshotState.ERROR) {
            throw new SnapshotFailedException(
                    snapshotId,
                    "EBS gave it up: "
                            + (snapshot.stateMessage() == null ? "(no reason given)" : snapshot.stateMessage()));
        }
        if (snapshot.state() == SnapshotState.COMPLETED) {
            return true;
        }
        if (poll.isPast(DEADLINE)) {
            throw new SnapshotTimedOutException(
                    snapshotId, poll.elapsed(), snapshot.stateAsString() + " at " + snapshot.progress());
        }
        return false;
    }

    /** EBS writes it as {@code 45%}, and nothing at first. */
    @Nullable Integer progressPercent() {
        if (snapshot == null || snapshot.progress() == null) {
            return null;
        }
        Matcher percent = PERCENT.matcher(snapshot.progress());
        return percent.matches() ? Integer.valueOf(percent.group(1)) : null;
    }
}
