package dev.prebake.retire;

import dev.prebake.kernel.PrebakeException;
import java.util.List;

/** AWS doesn't disable Fast Snapshot Restore on a snapshot that is superseded; it would go on costing by the hour. */
public final class FastRestoreNotDisabledException extends PrebakeException {
    /** Makes the error over AWS's words by zone. */
    FastRestoreNotDisabledException(String snapshotId, List<String> words) {
        super("Disabling Fast Snapshot Restore on " + snapshotId + ", which is superseded, failed: "
                + String.join("; ", words)
                + ". The new snapshot is published all the same. Disable it by hand (aws ec2"
                + " disable-fast-snapshot-restores); the next execution tries again.");
    }
}
