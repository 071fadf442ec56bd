package dev.prebake.fastrestore;

import dev.prebake.kernel.PrebakeException;
import java.time.Duration;
import java.util.Map;

/** Fast Snapshot Restore took longer than it may. */
public final class FastRestoreTimedOutException extends PrebakeException {
    /** Makes the error for the states at the deadline. */
    FastRestoreTimedOutException(
            String snapshotId, int volumeSizeGiB, Duration waited, Map<String, String> stateByZone) {
        super("Waiting for Fast Snapshot Restore on " + snapshotId + " (" + volumeSizeGiB + " GiB) ended after "
                + waited.toMinutes() + " min: " + stateByZone
                + ". Nothing was published. EBS needs about 60 min for each TiB; the AWS Health dashboard tells of"
                + " trouble with it. Start the workflow again: the snapshot itself is reused.");
    }
}
