package dev.prebake.command;

import dev.prebake.kernel.BakePlan;
import dev.prebake.kernel.Builder;
import java.util.Objects;

/**
 * What StartBake is handed.
 *
 * @param plan what to bake
 * @param builder the builder, ready, with its data volume
 * @param execution name of the execution
 * @param documentName name of the SSM command document that carries the bake script
 * @param logGroupName CloudWatch Logs group for the command's output
 */
public record StartBakeRequest(
        BakePlan plan, Builder builder, String execution, String documentName, String logGroupName) {
    /** Refuses a builder without a volume: AwaitBuilder hands none on. */
    public StartBakeRequest {
        Objects.requireNonNull(builder.volumeId(), "the builder has no volumeId");
    }
}
