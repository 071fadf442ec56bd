package dev.prebake.rollout;

import dev.prebake.kernel.NodeGroup;
import dev.prebake.kernel.Tags;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMapping;
import software.amazon.awssdk.services.eks.model.NodegroupStatus;

/**
 * What AWS shows of a node group before its roll-out, and what follows from it.
 *
 * @param nodeGroup the node group
 * @param status EKS's status; absent when EKS doesn't have the node group
 * @param launchTemplate the launch template version that its nodes start from; absent when EKS made one up itself
 * @param mappings block device mappings of that version; empty when it has none
 * @param changeable whether the launch template has the tag that lets us add versions to it
 */
record NodeGroupSight(
        NodeGroup nodeGroup,
        @Nullable NodegroupStatus status,
        @Nullable TemplateVersion launchTemplate,
        List<LaunchTemplateBlockDeviceMapping> mappings,
        boolean changeable) {
    /**
     * A version of a launch template.
     *
     * @param id ID of the launch template
     * @param version number of the version
     */
    record TemplateVersion(String id, String version) {}

    /** A sight of a node group without a launch template of its own. */
    static NodeGroupSight withoutTemplate(NodeGroup nodeGroup, @Nullable NodegroupStatus status) {
        return new NodeGroupSight(nodeGroup, status, null, List.of(), false);
    }

    /** Why the node group can't take a snapshot; empty when it can, or has it. */
    Optional<String> problem(String snapshotId) {
        if (status == null) {
            return Optional.of("EKS has no node group " + nodeGroup);
        }
        if (launchTemplate == null) {
            return Optional.of("node group " + nodeGroup + " has no launch template of its own");
        }
        if (DataVolume.of(mappings).isEmpty()) {
            return Optional.of("launch template " + launchTemplate.id() + ", version " + launchTemplate.version()
                    + ", of node group " + nodeGroup + " has no EBS volume at " + DataVolume.DEVICE);
        }
        if (!changeable && !has(snapshotId)) {
            return Optional.of("launch template " + launchTemplate.id() + " of node group " + nodeGroup + " has no tag "
                    + Tags.CACHE + ", without which it is nobody's to change");
        }
        return Optional.empty();
    }

    /** Whether new nodes start from the snapshot, be it that a stack or an earlier roll-out saw to it. */
    boolean has(String snapshotId) {
        return DataVolume.of(mappings)
                .filter(volume -> snapshotId.equals(volume.snapshotId()))
                .isPresent();
    }

    /** Whether nothing is left to do or to wait for. */
    boolean isUpToDate(String snapshotId) {
        return has(snapshotId) && status != NodegroupStatus.UPDATING;
    }
}
