package dev.prebake.cleanup;

import dev.prebake.kernel.PrebakeException;
import dev.prebake.kernel.Tags;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Something of the failed execution is still there, and costs. */
public final class CleanUpIncompleteException extends PrebakeException {
    /** Makes the error for what is left. */
    CleanUpIncompleteException(String execution, Duration tried, List<Leftover> left) {
        super("Cleaning up after execution " + execution + " ended after " + tried.toMinutes() + " min with "
                + left.stream().map(Leftover::toString).collect(Collectors.joining(", "))
                + " left. Remove them by hand: everything of this execution has the tag " + Tags.EXECUTION + " = "
                + execution + ".");
    }
}
