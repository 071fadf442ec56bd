package dev.prebake.command;

import dev.prebake.kernel.PrebakeException;

/** An image on the volume isn't whole, so a node couldn't start from it. */
public final class ImageIncompleteException extends PrebakeException {
    /** Makes the error over the builder's own words. */
    ImageIncompleteException(BakeCommand command, String image, String words) {
        super("Checking " + image + " on the volume (" + command + ") failed: it is incomplete: " + words
                + ". Nothing was published. Start again; if it comes back, push the image again.");
    }
}
