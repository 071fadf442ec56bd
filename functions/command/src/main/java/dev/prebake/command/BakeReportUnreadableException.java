package dev.prebake.command;

import dev.prebake.kernel.PrebakeException;
import org.jspecify.annotations.Nullable;

/** The bake succeeded, but what it printed is no report: cut off, or of another version. */
public final class BakeReportUnreadableException extends PrebakeException {
    private static final int EXCERPT = 300;

    /** Makes the error over the output and why it can't be read. */
    BakeReportUnreadableException(BakeCommand command, String output, String why, @Nullable Throwable cause) {
        super(
                "Reading the report of the bake (" + command + ") failed: " + why + ". It has " + output.length()
                        + " characters (SSM cuts off at 24,000) and begins: "
                        + output.substring(0, Math.min(EXCERPT, output.length()))
                        + ". Deploy document and functions of one version; with very many images, bake fewer at once.",
                cause);
    }
}
