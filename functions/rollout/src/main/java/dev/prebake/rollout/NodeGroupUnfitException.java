package dev.prebake.rollout;

import dev.prebake.kernel.PrebakeException;
import dev.prebake.kernel.Tags;
import java.util.List;

/** A node group can't take the snapshot as it is set up. */
public final class NodeGroupUnfitException extends PrebakeException {
    /** Makes the error over what is wrong with which node group. */
    NodeGroupUnfitException(String snapshotId, List<String> problems) {
        super("Rolling " + snapshotId + " out to node groups failed: " + String.join("; ", problems)
                + ". The snapshot is published; no node was renewed. A node group takes it through a launch template of"
                + " its own with an EBS volume at " + DataVolume.DEVICE + " and the tag " + Tags.CACHE
                + " (of any value; aws ec2 create-tags), as PrebakeGpuCluster makes it. Give the node group that, or take it"
                + " out of nodeGroups.");
    }
}
