package dev.prebake.podtime;

import org.jspecify.annotations.Nullable;

/** The cluster could not be asked, or would not do what it was asked for. */
public final class ClusterException extends RuntimeException {
    ClusterException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
