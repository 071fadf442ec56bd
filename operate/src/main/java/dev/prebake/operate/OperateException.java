package dev.prebake.operate;

import org.jspecify.annotations.Nullable;

/** What an operator asked for can't be done; the message says what was tried, what came back, and what to do. */
public final class OperateException extends RuntimeException {
    private final boolean passing;

    /** Makes the error of something that repeating doesn't help. */
    public OperateException(String message) {
        this(message, null, false);
    }

    OperateException(String message, @Nullable Throwable cause, boolean passing) {
        super(message, cause);
        this.passing = passing;
    }

    /** Whether the same call may succeed a little later: AWS was busy, or didn't answer. */
    boolean isPassing() {
        return passing;
    }
}
