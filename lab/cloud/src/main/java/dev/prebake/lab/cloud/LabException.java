package dev.prebake.lab.cloud;

import org.jspecify.annotations.Nullable;

/** The lab itself can't go on; the message says what was tried, on what, what came back, and what to do. */
public final class LabException extends RuntimeException {
    /** Makes the error, over another one where there is one. */
    public LabException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
