package dev.prebake.lab.wire;

import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkResponse;

/** One of AWS's wire protocols, spoken from the server's side and from the models' field metadata alone. */
sealed interface Protocol permits AwsJson, QueryProtocol, RestJson {
    /** Whether a request that names no service looks like this service's, so that it is refused in its own words. */
    boolean claims(WireRequest request);

    /**
     * Finds the operation that a request asks for.
     *
     * @throws RejectedException when it names none, or one that the service lacks
     */
    Operation route(WireRequest request, Service service);

    /**
     * Fills the builder of the operation's request.
     *
     * @param operation what {@link #route} found
     * @throws RejectedException when the request is malformed or a value has the wrong type
     */
    void read(WireRequest request, Operation operation, SdkPojo builder);

    WireAnswer answer(Operation operation, SdkResponse response, String requestId);

    /** The answer to an error of a double; its error code is never null. */
    WireAnswer error(AwsServiceException error, String requestId);

    /** The answer to a request that the endpoint itself refuses. */
    WireAnswer rejection(Rejection rejection, String message, String requestId);
}
