package dev.prebake.rollout;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What AwaitRollOut answers.
 *
 * @param done whether every update has succeeded
 * @param waitSeconds when to ask again, in seconds; absent when done
 * @param nodeGroups EKS's status of the update by node group: InProgress, Successful
 */
public record AwaitedRollOut(boolean done, @Nullable Integer waitSeconds, Map<String, String> nodeGroups) {}
