package dev.prebake.rollout;

import dev.prebake.kernel.NodeGroup;
import java.util.List;

/**
 * What RollOutNodes answers.
 *
 * @param updates the updates begun
 * @param upToDate node groups whose launch template has the snapshot already
 */
public record StartedRollOut(List<NodeGroupUpdate> updates, List<NodeGroup> upToDate) {}
