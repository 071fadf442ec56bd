package dev.prebake.lab.states;

import org.jspecify.annotations.Nullable;

/** A state's failure, which its Retry and Catch may answer. */
final class StateFailedException extends Exception {
    private static final long serialVersionUID = 1;

    private final String error;
    private final @Nullable String errorCause;

    StateFailedException(String error, @Nullable String cause) {
        super(error + ": " + cause);
        this.error = error;
        this.errorCause = cause;
    }

    String error() {
        return error;
    }

    @Nullable String errorCause() {
        return errorCause;
    }
}
