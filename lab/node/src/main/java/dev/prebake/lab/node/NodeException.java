package dev.prebake.lab.node;

import org.jspecify.annotations.Nullable;

/** A node could not be booted or did not do what it was asked; the message says what, on what, and what came back. */
public final class NodeException extends RuntimeException {
    NodeException(String message) {
        super(message);
    }

    NodeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
