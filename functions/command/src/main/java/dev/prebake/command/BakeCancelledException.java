package dev.prebake.command;

import dev.prebake.kernel.PrebakeException;

/** Somebody cancelled the bake's command. */
public final class BakeCancelledException extends PrebakeException {
    /** Makes the error for the command. */
    BakeCancelledException(BakeCommand command) {
        super("The bake (" + command
                + ") was cancelled. CloudTrail has CancelCommand with who did it; start the workflow again.");
    }
}
