package dev.prebake.lab.wire;

/**
 * Why the endpoint itself refuses a request, with the code and HTTP status that AWS has for it in JSON and in Query.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html">Common errors</a>
 */
enum Rejection {
    UNSIGNED("MissingAuthenticationTokenException", 400, "MissingAuthenticationToken", 403),
    BAD_SIGNATURE("IncompleteSignatureException", 400, "IncompleteSignature", 400),
    FOREIGN_ORIGIN("AccessDeniedException", 403, "AccessDenied", 403),
    UNKNOWN_OPERATION("UnknownOperationException", 400, "InvalidAction", 400),
    NO_OPERATION("UnknownOperationException", 400, "MissingAction", 400),
    MISSING_MEMBER("ValidationException", 400, "ValidationError", 400),
    BAD_VALUE("SerializationException", 400, "InvalidParameterValue", 400),
    MALFORMED_BODY("SerializationException", 400, "MalformedQueryString", 404),
    CONTENT_TYPE("UnsupportedMediaTypeException", 415, "UnsupportedMediaType", 415),
    TOO_LARGE("RequestEntityTooLargeException", 413, "RequestEntityTooLarge", 413),
    INTERNAL("InternalFailure", 500, "InternalFailure", 500);

    final String jsonCode;
    final int jsonStatus;
    final String queryCode;
    final int queryStatus;

    Rejection(String jsonCode, int jsonStatus, String queryCode, int queryStatus) {
        this.jsonCode = jsonCode;
        this.jsonStatus = jsonStatus;
        this.queryCode = queryCode;
        this.queryStatus = queryStatus;
    }
}
