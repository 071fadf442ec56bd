package dev.prebake.lab.wire;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Makes the errors that doubles and interceptors throw. */
public final class AwsFault {
    private AwsFault() {}

    /**
     * Completes an error with what travels on the wire. The code has to be named, since the SDK's exception classes
     * don't carry it: {@code ParameterNotFoundException} is {@code ParameterNotFound} on the wire, while
     * {@code ValidationException} is itself.
     *
     * @param error the builder of the service's exception, such as {@code SsmException.builder()}, or of a modelled one
     *     with its own fields set
     * @param httpStatus 400 to 599
     * @param code AWS's error code
     * @param message what went wrong, for the caller
     */
    public static AwsServiceException of(
            AwsServiceException.Builder error, int httpStatus, String code, String message) {
        if (httpStatus < 400 || httpStatus > 599) {
            throw new IllegalArgumentException("An error's HTTP status is 400 to 599, not " + httpStatus);
        }
        error.message(message)
                .statusCode(httpStatus)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build());
        return error.build();
    }
}
