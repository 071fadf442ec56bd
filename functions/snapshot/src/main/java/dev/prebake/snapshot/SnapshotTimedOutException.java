package dev.prebake.snapshot;

import dev.prebake.kernel.PrebakeException;
import java.time.Duration;

/** The snapshot, or the end of its volume, took longer than it may. */
public final class SnapshotTimedOutException extends PrebakeException {
    /** Makes the error for how things stand at the deadline. */
    SnapshotTimedOutException(String snapshotId, Duration waited, String standing) {
        super("Waiting for snapshot " + snapshotId + " ended after " + waited.toMinutes() + " min: it is " + standing
                + ". Start the workflow again; the AWS Health dashboard tells of trouble with EBS.");
    }
}
