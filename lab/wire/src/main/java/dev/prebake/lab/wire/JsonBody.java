package dev.prebake.lab.wire;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkPojo;

/** What the protocols that speak JSON have in common: a request's body, and errors. */
final class JsonBody {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private JsonBody() {}

    /**
     * The structure in a request's body; an empty body is an empty one.
     *
     * @throws RejectedException when the body is no JSON object
     */
    static JsonWireNode read(WireRequest request) {
        var bytes = request.body().asByteArrayUnsafe();
        try {
            var body = bytes.length == 0 ? MAPPER.createObjectNode() : MAPPER.readTree(bytes);
            if (!body.isObject()) {
                throw new RejectedException(Rejection.MALFORMED_BODY, "The body must be a JSON object.");
            }
            return new JsonWireNode(body);
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw new RejectedException(
                    Rejection.MALFORMED_BODY,
                    "The body is not JSON"
                            + (at == null
                                    ? "."
                                    : ": see line " + at.getLineNr() + ", column " + at.getColumnNr() + "."));
        } catch (IOException e) {
            throw new IllegalStateException("Reading from memory failed", e);
        }
    }

    /** The refusal of a body of another kind. */
    static RejectedException wrongMediaType(WireRequest request, String wanted) {
        return new RejectedException(
                Rejection.CONTENT_TYPE,
                "Content-Type must be " + wanted + ", not "
                        + (request.mediaType().isEmpty() ? "absent" : request.mediaType()) + ".");
    }

    static WireAnswer error(AwsServiceException error, String mediaType) {
        var details = error.awsErrorDetails();
        return error(error.statusCode(), details.errorCode(), details.errorMessage(), error, mediaType);
    }

    static WireAnswer rejection(Rejection rejection, String code, String message, String mediaType) {
        return error(rejection.jsonStatus, code, message, List::of, mediaType);
    }

    private static WireAnswer error(
            int status, String code, @Nullable String message, SdkPojo fields, String mediaType) {
        return new WireAnswer(
                status,
                mediaType,
                Map.of("x-amzn-ErrorType", code),
                JsonPojoWriter.write(fields, Map.of("__type", code, "message", message == null ? "" : message)));
    }
}
