package dev.prebake.lab.cloud;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.eks.model.ErrorCode;
import software.amazon.awssdk.services.eks.model.ErrorDetail;
import software.amazon.awssdk.services.eks.model.Nodegroup;
import software.amazon.awssdk.services.eks.model.NodegroupStatus;
import software.amazon.awssdk.services.eks.model.UpdateStatus;

/**
 * A managed node group: modelled. It has no nodes, only a launch template's version to start them from.
 *
 * <p>EKS renews as many nodes at a time as the group's update settings allow
 * (https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html); how long that takes has no documented length,
 * and takes five minutes here. Nodes that EC2 refuses to launch are waited for a quarter of an hour, and the update fails. It has
 * no other way to fail: without pods there are none that can't be evicted.
 *
 * @param created as it was created
 * @param updates its updates, the newest last
 */
record LabNodeGroup(Nodegroup created, List<NodeGroupUpdate> updates) {
    private static final Duration TURN = Duration.ofMinutes(5);
    private static final Duration UNTIL_GIVEN_UP = Duration.ofMinutes(15);

    LabNodeGroup with(NodeGroupUpdate update) {
        List<NodeGroupUpdate> more = new ArrayList<>(updates);
        more.add(update);
        return new LabNodeGroup(created, List.copyOf(more));
    }

    Optional<NodeGroupUpdate> update(String id) {
        return updates.stream().filter(update -> update.id().equals(id)).findFirst();
    }

    boolean isBusyAt(Instant now) {
        return updates.stream().anyMatch(update -> update.statusAt(now) == UpdateStatus.IN_PROGRESS);
    }

    /** When an update ends whose nodes can be launched. */
    Instant renewedBy(Instant start) {
        int nodes = Math.max(1, created.scalingConfig().desiredSize());
        int atOnce = created.updateConfig().maxUnavailable() != null
                ? created.updateConfig().maxUnavailable()
                : Math.max(1, nodes * created.updateConfig().maxUnavailablePercentage() / 100);
        return start.plus(TURN.multipliedBy(Math.ceilDiv(nodes, atOnce)));
    }

    /** When an update ends whose nodes can't be launched. */
    static Instant givenUpBy(Instant start) {
        return start.plus(UNTIL_GIVEN_UP);
    }

    /** What such an update ends with. */
    ErrorDetail unlaunched() {
        return ErrorDetail.builder()
                .errorCode(ErrorCode.NODE_CREATION_FAILURE)
                .errorMessage("Couldn't proceed with upgrade process as new nodes are not joining node group "
                        + created.nodegroupName())
                .build();
    }

    /** As EKS answers it at a moment: with the template's version of the last update that succeeded. */
    Nodegroup answerAt(Instant now) {
        Nodegroup.Builder answer =
                created.toBuilder().status(isBusyAt(now) ? NodegroupStatus.UPDATING : NodegroupStatus.ACTIVE);
        for (NodeGroupUpdate update : updates) {
            if (update.statusAt(now) == UpdateStatus.SUCCESSFUL) {
                answer.modifiedAt(update.endsAt());
                if (update.launchTemplate() != null) {
                    answer.launchTemplate(update.launchTemplate());
                }
            }
        }
        return answer.build();
    }
}
