package dev.prebake.command;

import dev.prebake.kernel.PrebakeException;

/** The builder couldn't pull an image that PlanBake had found at its registry. */
public final class ImagePullFailedException extends PrebakeException {
    /** Makes the error over the builder's own words. */
    ImagePullFailedException(BakeCommand command, String image, String words) {
        super("Pulling " + image + " (" + command + ") failed: " + words
                + ". Check that the builder's subnet reaches the registry and that its role may pull from it.");
    }
}
