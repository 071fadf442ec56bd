package dev.prebake.command;

import dev.prebake.kernel.PrebakeException;

/** The images don't fit on the data volume. */
public final class VolumeFullException extends PrebakeException {
    /** Makes the error over the builder's own words. */
    VolumeFullException(BakeCommand command, String words) {
        super("Baking (" + command + ") failed: the data volume is full: " + words
                + ". Give a larger volumeSizeGiB, or fewer images.");
    }
}
