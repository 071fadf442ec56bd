package dev.prebake.snapshot;

import dev.prebake.kernel.PrebakeException;

/** EBS didn't complete the snapshot. */
public final class SnapshotFailedException extends PrebakeException {
    /** Makes the error for what EBS said. */
    SnapshotFailedException(String snapshotId, String what) {
        super("Completing snapshot " + snapshotId + " failed: " + what
                + ". Start the workflow again; the AWS Health dashboard tells of trouble with EBS.");
    }
}
