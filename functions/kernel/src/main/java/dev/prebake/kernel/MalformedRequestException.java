package dev.prebake.kernel;

import org.jspecify.annotations.Nullable;

/** A handler got a request that it can't read: the definition and the function don't fit together. */
public final class MalformedRequestException extends PrebakeException {
    /** Makes the error over the parser's own, where there is one. */
    public MalformedRequestException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
