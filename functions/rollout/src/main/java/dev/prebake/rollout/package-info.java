/** The states RollOutNodes and AwaitRollOut: EKS node groups whose nodes start from the published snapshot. */
@NullMarked
package dev.prebake.rollout;

import org.jspecify.annotations.NullMarked;
