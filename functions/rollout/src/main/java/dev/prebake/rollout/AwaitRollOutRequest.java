package dev.prebake.rollout;

import java.time.Instant;
import java.util.List;

/**
 * What AwaitRollOut is handed.
 *
 * @param snapshotId the published snapshot
 * @param updates the updates that RollOutNodes began; may be empty
 * @param startedAt when RollOutNodes was entered
 * @param now when AwaitRollOut was entered
 */
public record AwaitRollOutRequest(String snapshotId, List<NodeGroupUpdate> updates, Instant startedAt, Instant now) {}
