package dev.prebake.rollout;

import dev.prebake.kernel.NodeGroup;
import dev.prebake.kernel.Poll;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.eks.model.ErrorDetail;
import software.amazon.awssdk.services.eks.model.Update;

/**
 * What EKS shows of the updates at one look, and what follows from it.
 *
 * @param snapshotId the published snapshot
 * @param updates EKS's updates by node group
 */
record RollOutSight(String snapshotId, Map<NodeGroup, Update> updates) {
    /**
     * EKS drains nodes one after another unless the node group's maxUnavailable allows more, and gives each up to 15 minutes
     * (https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html): room for two dozen that take long.
     */
    static final Duration DEADLINE = Duration.ofHours(6);

    /**
     * All renewed, or when to look again. What failed is told once no other update goes on, so that all of it is.
     *
     * @throws RollOutFailedException when EKS ended an update otherwise than successfully
     * @throws RollOutTimedOutException when updates go on at the deadline
     */
    AwaitedRollOut judge(Poll poll) {
        Map<String, String> statuses = new LinkedHashMap<>();
        List<String> failures = new ArrayList<>();
        boolean goesOn = false;
        for (Map.Entry<NodeGroup, Update> each : updates.entrySet()) {
            Update update = each.getValue();
            statuses.put(each.getKey().toString(), update.statusAsString());
            switch (update.status()) {
                case SUCCESSFUL -> {
                    // Renewed.
                }
                case IN_PROGRESS, UNKNOWN_TO_SDK_VERSION -> goesOn = true;
                case FAILED, CANCELLED -> failures.add(failure(each.getKey(), update));
            }
        }
        boolean late = poll.isPast(DEADLINE);
        if (!failures.isEmpty() && (!goesOn || late)) {
            throw new RollOutFailedException(snapshotId, failures);
        }
        if (!goesOn) {
            return new AwaitedRollOut(true, null, statuses);
        }
        if (late) {
            throw new RollOutTimedOutException(snapshotId, poll.elapsed(), statuses);
        }
        return new AwaitedRollOut(false, poll.waitSeconds(15, 120), statuses);
    }

    private static String failure(NodeGroup nodeGroup, Update update) {
        String errors = update.errors().isEmpty()
                ? "no reason"
                : update.errors().stream().map(RollOutSight::words).collect(Collectors.joining(", "));
        return "node group " + nodeGroup + ": update " + update.id() + " is " + update.statusAsString() + ", with "
                + errors;
    }

    private static String words(ErrorDetail error) {
        String resources = error.resourceIds().isEmpty() ? "" : " (" + String.join(", ", error.resourceIds()) + ")";
        return error.errorCodeAsString() + ": " + error.errorMessage() + resources;
    }
}
