package dev.prebake.lab.states;

import org.jspecify.annotations.Nullable;

/** A task's failure, by the name that Retry and Catch go by. */
public final class TaskFailedException extends Exception {
    private static final long serialVersionUID = 1;

    private final String error;
    private final @Nullable String errorCause;

    /**
     * @param error the error's name, such as {@code Lambda.TooManyRequestsException}
     * @param cause what Step Functions gives as the cause, for a Java function the JSON of its exception; null for none
     */
    public TaskFailedException(String error, @Nullable String cause) {
        super(cause == null ? error : error + ": " + cause);
        this.error = error;
        this.errorCause = cause;
    }

    public String error() {
        return error;
    }

    public @Nullable String errorCause() {
        return errorCause;
    }
}
