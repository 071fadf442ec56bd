package dev.prebake.command;

import dev.prebake.kernel.PrebakeException;

/** The bake failed in a way that has no name of its own. */
public final class BakeFailedException extends PrebakeException {
    /** Makes the error over the builder's own words. */
    BakeFailedException(BakeCommand command, String words) {
        super("Baking (" + command + ") failed: " + words + ". Look into the command's log group for the whole of it.");
    }
}
