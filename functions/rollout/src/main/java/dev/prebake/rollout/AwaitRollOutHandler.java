package dev.prebake.rollout;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.NodeGroup;
import dev.prebake.kernel.Poll;
import dev.prebake.kernel.StateHandler;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eks.model.DescribeUpdateRequest;
import software.amazon.awssdk.services.eks.model.Update;

/** Asks whether EKS has renewed the node groups' nodes. */
public final class AwaitRollOutHandler extends StateHandler<AwaitRollOutRequest, AwaitedRollOut> {
    private final EksClient eks;

    /** Makes the handler with its SDK client. */
    public AwaitRollOutHandler() {
        this(AwsClients.of(EksClient.builder()));
    }

    AwaitRollOutHandler(EksClient eks) {
        super(AwaitRollOutRequest.class);
        this.eks = eks;
    }

    /**
     * Looks once.
     *
     * @throws RollOutFailedException when EKS ended an update otherwise than successfully
     * @throws RollOutTimedOutException when updates go on at the deadline
     */
    @Override
    protected AwaitedRollOut handle(AwaitRollOutRequest request) {
        Map<NodeGroup, Update> updates = new LinkedHashMap<>();
        for (NodeGroupUpdate update : request.updates()) {
            var describe = DescribeUpdateRequest.builder()
                    .name(update.nodeGroup().cluster())
                    .nodegroupName(update.nodeGroup().name())
                    .updateId(update.updateId())
                    .build();
            updates.put(update.nodeGroup(), eks.describeUpdate(describe).update());
        }
        return new RollOutSight(request.snapshotId(), updates).judge(new Poll(request.startedAt(), request.now()));
    }
}
