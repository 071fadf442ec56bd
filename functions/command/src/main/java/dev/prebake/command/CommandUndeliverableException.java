package dev.prebake.command;

import dev.prebake.kernel.PrebakeException;

/** SSM couldn't bring the command to the builder. */
public final class CommandUndeliverableException extends PrebakeException {
    /** Makes the error over SSM's status details. */
    CommandUndeliverableException(BakeCommand command, String details) {
        super("Sending the bake (" + command + ") failed: SSM reports " + details
                + ". Check that the builder still runs, that its SSM agent is online, and its instance profile.");
    }
}
