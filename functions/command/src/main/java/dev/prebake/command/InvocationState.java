package dev.prebake.command;

import software.amazon.awssdk.services.ssm.model.GetCommandInvocationResponse;

/**
 * What a command's status means to a bake.
 *
 * <p>Statuses and details: https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html
 */
enum InvocationState {
    /** On its way or running. */
    RUNNING,
    /** The script exited 0. */
    SUCCEEDED,
    /** The script exited with another status. */
    FAILED,
    /** The script ran for longer than the document lets it. */
    TIMED_OUT,
    /** The command never ran. */
    UNDELIVERABLE,
    /** Somebody cancelled it. */
    CANCELLED;

    static InvocationState of(GetCommandInvocationResponse invocation) {
        // The details tell apart what the status lumps together; the documentation writes some of them with a space.
        String details = invocation.statusDetails() == null
                ? ""
                : invocation.statusDetails().replace(" ", "");
        return switch (details) {
            case "ExecutionTimedOut", "TimedOut" -> TIMED_OUT;
            case "DeliveryTimedOut", "Undeliverable", "Terminated", "InvalidPlatform", "AccessDenied" -> UNDELIVERABLE;
            default ->
                switch (invocation.status()) {
                    case SUCCESS -> SUCCEEDED;
                    case FAILED -> FAILED;
                    case TIMED_OUT -> TIMED_OUT;
                    case CANCELLED -> CANCELLED;
                    case PENDING, IN_PROGRESS, DELAYED, CANCELLING, UNKNOWN_TO_SDK_VERSION -> RUNNING;
                };
        };
    }
}
