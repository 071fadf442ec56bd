package dev.prebake.operate;

import dev.prebake.kernel.AwsError;
import java.io.IOException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Calls of AWS under an operator's own identity: their errors in the operator's words. */
final class AwsCalls {
    private AwsCalls() {}

    /**
     * Makes a call.
     *
     * @param what what it is for, to go before "failed": "Listing the state machines"
     * @throws OperateException when AWS refuses, or can't be reached
     */
    static <T> T call(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (AwsServiceException e) {
            AwsError error = AwsError.of(e);
            throw new OperateException(
                    what + " failed: " + AwsError.describe(e) + ". " + advice(error), e, error.isTransient());
        } catch (SdkClientException e) {
            throw new OperateException(
                    what + " failed: " + firstLine(String.valueOf(e.getMessage()))
                            + " Check the SDK's settings: AWS_PROFILE or other credentials, AWS_REGION, and"
                            + " AWS_ENDPOINT_URL where it isn't AWS.",
                    e,
                    isConnectionLost(e));
        }
    }

    private static String advice(AwsError error) {
        return switch (error) {
            case ACCESS_DENIED ->
                "Allow this action for the identity that you use (aws sts get-caller-identity shows it), or set AWS_PROFILE to"
                        + " another profile.";
            case NOT_FOUND -> "Check the name, and whether AWS_REGION and AWS_PROFILE lead to where it is.";
            case THROTTLED, SERVICE -> "Try again a little later.";
            case QUOTA_EXCEEDED -> error.advice();
            case NO_CAPACITY, IN_USE, OTHER ->
                "Check the arguments, and whether the credentials of AWS_PROFILE are still valid.";
        };
    }

    private static boolean isConnectionLost(SdkClientException error) {
        return Stream.<Throwable>iterate(error, cause -> cause != null, Throwable::getCause)
                .anyMatch(IOException.class::isInstance);
    }

    private static String firstLine(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.endsWith(".") ? line : line + ".";
    }
}
