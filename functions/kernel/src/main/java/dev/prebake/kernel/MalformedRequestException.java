package dev.prebake.kernel;

/** A handler got a request that it can't read: the definition and the function don't fit together. */
public final class MalformedRequestException extends PrebakeException {
    /** Makes the error over the parser's own. */
    public MalformedRequestException(String message, Throwable cause) {
        super(message, cause);
    }
}
