package dev.prebake.lab.lambda;

import org.jspecify.annotations.Nullable;

/** A function can't be run here, through no fault of its code. The message says what was tried, and what to do. */
public final class LambdaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LambdaException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
