package dev.prebake.rollout;

import dev.prebake.kernel.NodeGroup;
import dev.prebake.kernel.PrebakeException;

/** A node group is being updated, or is otherwise held, by somebody else; the workflow tries again later. */
public final class NodeGroupBusyException extends PrebakeException {
    /** Makes the error over EKS's answer. */
    NodeGroupBusyException(NodeGroup nodeGroup, String snapshotId, String answer, Throwable cause) {
        super(
                "Rolling " + snapshotId + " out to node group " + nodeGroup + " failed: AWS answered " + answer
                        + ". The snapshot is published. EKS does one update of a node group at a time; the workflow tries"
                        + " again, for about an hour. Should that not do, end the other update and start the workflow"
                        + " again: the snapshot itself is reused.",
                cause);
    }
}
