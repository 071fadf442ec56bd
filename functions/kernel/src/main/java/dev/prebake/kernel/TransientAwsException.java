package dev.prebake.kernel;

/** AWS throttled a call or had trouble of its own; the workflow tries the state again later. */
public final class TransientAwsException extends PrebakeException {
    /** Makes the error over AWS's own. */
    public TransientAwsException(String message, Throwable cause) {
        super(message, cause);
    }
}
