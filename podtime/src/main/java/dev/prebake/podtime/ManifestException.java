package dev.prebake.podtime;

import org.jspecify.annotations.Nullable;

/** A manifest, or what it names, can't be used. */
public final class ManifestException extends RuntimeException {
    ManifestException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
