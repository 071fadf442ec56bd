package dev.prebake.command;

import dev.prebake.kernel.PrebakeException;

/** The bake took longer than it may. */
public final class BakeTimedOutException extends PrebakeException {
    /** Makes the error for the limit that was reached. */
    BakeTimedOutException(BakeCommand command, String limit) {
        super("Baking (" + command + ") was given up: it ran into " + limit
                + ". Look in the command's log group for where it hung; more volumeThroughputMiBps or a larger instance type"
                + " makes it faster.");
    }
}
