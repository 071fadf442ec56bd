package dev.prebake.plan;

import dev.prebake.kernel.PrebakeException;
import java.util.List;

/** The execution's input can't be worked with; the message has every problem of it, one a line. */
public final class InvalidInputException extends PrebakeException {
    /** Makes the error that lists the problems. */
    InvalidInputException(List<String> problems) {
        super(
                Problems.message(
                        "The execution's input has " + Problems.count(problems.size(), "problem") + ":",
                        problems,
                        "Nothing was launched. Correct the input, or the deployment's defaults, and start the execution again."));
    }
}
