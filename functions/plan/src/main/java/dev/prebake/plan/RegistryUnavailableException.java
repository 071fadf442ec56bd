package dev.prebake.plan;

import dev.prebake.kernel.PrebakeException;
import java.util.List;

/** Registries had trouble of their own (5xx, 429, no answer in time) and nothing else is wrong: later it may go well. */
public final class RegistryUnavailableException extends PrebakeException {
    /** Makes the error that lists the images whose registries had trouble. */
    RegistryUnavailableException(List<String> problems, int images) {
        super(Problems.message(
                problems.size() + " of " + Problems.count(images, "image") + " can't be looked up for now:",
                problems,
                "Nothing was launched. The workflow tries again; if it gives up, start the execution again later."));
    }
}
