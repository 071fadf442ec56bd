package dev.prebake.lab.host;

import org.jspecify.annotations.Nullable;

/** A volume, snapshot or machine of the lab could not be had; the message says what was tried, on what, and what came back. */
public final class DataPlaneException extends RuntimeException {
    /**
     * @param message what was tried, on what, what came back, and what to do next
     */
    public DataPlaneException(String message) {
        super(message);
    }

    /**
     * @param message what was tried, on what, what came back, and what to do next
     * @param cause what came back, where it was an exception
     */
    public DataPlaneException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
