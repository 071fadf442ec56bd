package dev.prebake.cli;

import org.jspecify.annotations.Nullable;

/** The command line, or a file that it names, can't be used. */
final class UsageException extends RuntimeException {
    UsageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
