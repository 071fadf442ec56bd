package dev.prebake.lab.registry;

import java.io.IOException;

/** A directory that should be an OCI image layout is none, or an image could not be made; the message says what to do. */
public final class ImageLayoutException extends IOException {
    private static final long serialVersionUID = 1L;

    /** With what was tried, on what, what came back, and what to do next. */
    public ImageLayoutException(String message) {
        super(message);
    }

    /** With the cause. */
    public ImageLayoutException(String message, Throwable cause) {
        super(message, cause);
    }
}
