package dev.prebake.rollout;

import dev.prebake.kernel.PrebakeException;
import java.time.Duration;
import java.util.Map;

/** Renewing the nodes took longer than it may. */
public final class RollOutTimedOutException extends PrebakeException {
    /** Makes the error for the updates' statuses at the deadline. */
    RollOutTimedOutException(String snapshotId, Duration waited, Map<String, String> statuses) {
        super("Waiting for node groups to be renewed from " + snapshotId + " ended after " + waited.toMinutes()
                + " min: "
                + statuses
                + ". The snapshot is published, and EKS goes on with these updates. Look in the EKS console for what they"
                + " wait for; give the node groups' update settings a larger maxUnavailable to have more nodes renewed at"
                + " once.");
    }
}
