package dev.prebake.rollout;

import dev.prebake.kernel.NodeGroup;

/**
 * An update of a node group that EKS has begun.
 *
 * @param nodeGroup the node group
 * @param updateId EKS's ID of the update
 * @param launchTemplateVersion version of the node group's launch template that its nodes are renewed from
 */
public record NodeGroupUpdate(NodeGroup nodeGroup, String updateId, String launchTemplateVersion) {}
