package dev.prebake.kernel;

import org.jspecify.annotations.Nullable;

/**
 * An error of the workflow, named by its class.
 *
 * <p>The message says what was tried, on what, what came back, and what to do. Subclasses are top-level classes because
 * Step Functions knows a Java handler's error by {@link Class#getName()}: the name is part of the workflow's contract.
 */
public abstract class PrebakeException extends RuntimeException {
    /** Makes an error that has no other error beneath it. */
    protected PrebakeException(String message) {
        super(message);
    }

    /** Makes an error over the one that led to it. */
    protected PrebakeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
