package dev.prebake.command;

/**
 * A bake that was sent to its builder; what StartBake answers.
 *
 * @param commandId ID of the SSM command
 * @param instanceId ID of the builder
 * @param logGroupName CloudWatch Logs group that has the command's output while it runs
 */
public record BakeCommand(String commandId, String instanceId, String logGroupName) {
    /** Command and builder in a sentence's words. */
    @Override
    public String toString() {
        return "command " + commandId + " on builder " + instanceId;
    }
}
