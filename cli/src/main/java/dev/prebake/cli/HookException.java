package dev.prebake.cli;

import org.jspecify.annotations.Nullable;

/** A person's own command, which is to run between ours, failed. */
final class HookException extends RuntimeException {
    HookException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
