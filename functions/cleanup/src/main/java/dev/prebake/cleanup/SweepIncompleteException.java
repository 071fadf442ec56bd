package dev.prebake.cleanup;

import dev.prebake.kernel.PrebakeException;
import java.util.List;
import java.util.stream.Collectors;

/** AWS refuses to remove something that an execution has left, and it goes on costing. */
public final class SweepIncompleteException extends PrebakeException {
    /** Makes the error for what is left. */
    SweepIncompleteException(List<String> removed, List<Leftover> refused) {
        super("Sweeping up after executions that are over removed " + removed + ", and AWS refused for "
                + refused.stream().map(Leftover::toString).collect(Collectors.joining(", "))
                + ". Cure what it names, or remove them by hand; the next sweep tries again.");
    }
}
