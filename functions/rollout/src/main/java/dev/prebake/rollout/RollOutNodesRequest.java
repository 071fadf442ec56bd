package dev.prebake.rollout;

import dev.prebake.kernel.NodeGroup;
import java.util.List;

/**
 * What RollOutNodes is handed.
 *
 * @param nodeGroups the node groups, at least one
 * @param snapshotId the published snapshot
 * @param volumeSizeGiB size of the volume it was taken from, in GiB: no volume made from it may be smaller
 * @param execution name of the execution
 */
public record RollOutNodesRequest(List<NodeGroup> nodeGroups, String snapshotId, int volumeSizeGiB, String execution) {}
