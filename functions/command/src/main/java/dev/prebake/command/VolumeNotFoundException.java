package dev.prebake.command;

import dev.prebake.kernel.PrebakeException;

/** The builder doesn't see its data volume. */
public final class VolumeNotFoundException extends PrebakeException {
    /** Makes the error over the builder's own words. */
    VolumeNotFoundException(BakeCommand command, String words) {
        super(
                "Baking (" + command + ") failed: the builder found no device of its data volume: " + words
                        + ". Check that the instance types are Nitro ones, whose devices carry the volume's ID, and start again.");
    }
}
