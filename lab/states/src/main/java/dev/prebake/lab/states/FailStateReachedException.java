package dev.prebake.lab.states;

import org.jspecify.annotations.Nullable;

/** The execution came to a Fail state, which may leave out what it fails with. */
final class FailStateReachedException extends Exception {
    private static final long serialVersionUID = 1;

    private final @Nullable String error;
    private final @Nullable String errorCause;

    FailStateReachedException(@Nullable String error, @Nullable String cause) {
        super(error + ": " + cause);
        this.error = error;
        this.errorCause = cause;
    }

    @Nullable String error() {
        return error;
    }

    @Nullable String errorCause() {
        return errorCause;
    }
}
