package dev.prebake.kernel;

/** AWS refused a call for a reason that repeating doesn't cure: a permission, a quota, a wrong request. */
public final class AwsCallFailedException extends PrebakeException {
    /** Makes the error over AWS's own. */
    public AwsCallFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
