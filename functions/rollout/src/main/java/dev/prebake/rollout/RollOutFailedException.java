package dev.prebake.rollout;

import dev.prebake.kernel.PrebakeException;
import java.util.List;

/** EKS ended a node group's update without renewing all of its nodes. */
public final class RollOutFailedException extends PrebakeException {
    /** Makes the error over EKS's words by node group. */
    RollOutFailedException(String snapshotId, List<String> failures) {
        super("Rolling " + snapshotId + " out to node groups failed: " + String.join("; ", failures)
                + ". The snapshot is published, but the nodes of these node groups were not, or not all, renewed. Cure"
                + " what EKS names (a PodEvictionFailure is a disruption budget that never lets the pod go) and start"
                + " the workflow again: the snapshot itself is reused.");
    }
}
