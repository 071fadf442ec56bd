package dev.prebake.lab.wire;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkResponse;

/**
 * AWS JSON 1.0 and 1.1: the operation in {@code X-Amz-Target}, everything else in a JSON body.
 *
 * @param version {@code 1.0} or {@code 1.1}; they differ in the content type
 * @param targetPrefix what stands before the operation in {@code X-Amz-Target}
 * @see <a href="https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html">Smithy: AWS JSON 1.0</a>
 * @see <a href="https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html">Smithy: AWS JSON 1.1</a>
 */
record AwsJson(String version, String targetPrefix) implements Protocol {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final List<String> MEDIA_TYPES = List.of("application/x-amz-json-1.0", "application/x-amz-json-1.1");

    @Override
    public boolean claims(WireRequest request) {
        var target = request.header("X-Amz-Target");
        return target != null && target.startsWith(targetPrefix + ".");
    }

    @Override
    public Operation route(WireRequest request, Service service) {
        var target = request.header("X-Amz-Target");
        if (target == null || !request.method().equals("POST")) {
            var protocol = request.header("smithy-protocol");
            throw new RejectedException(
                    Rejection.UNKNOWN_OPERATION,
                    "Service " + service.name() + " is asked by POST with X-Amz-Target: " + targetPrefix
                            + ".<operation>; this is " + request.method() + " "
                            + request.uri().getPath() + (protocol == null ? "" : " in " + protocol) + ".");
        }
        if (!claims(request)) {
            throw new RejectedException(
                    Rejection.UNKNOWN_OPERATION,
                    "X-Amz-Target " + target + " is not of service " + service.name() + ", whose targets begin with "
                            + targetPrefix + ".");
        }
        return service.operation(target.substring(targetPrefix.length() + 1));
    }

    @Override
    public void read(WireRequest request, SdkPojo builder) {
        if (!MEDIA_TYPES.contains(request.mediaType())) {
            throw new RejectedException(
                    Rejection.CONTENT_TYPE,
                    "Content-Type must be application/x-amz-json-" + version + ", not "
                            + (request.mediaType().isEmpty() ? "absent" : request.mediaType()) + ".");
        }
        JsonNode body;
        try {
            var bytes = request.body().asByteArrayUnsafe();
            body = bytes.length == 0 ? MAPPER.createObjectNode() : MAPPER.readTree(bytes);
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
        if (!body.isObject()) {
            throw new RejectedException(Rejection.MALFORMED_BODY, "The body must be a JSON object.");
        }
        PojoReader.fill(builder, new JsonWireNode(body));
    }

    @Override
    public WireAnswer answer(Operation operation, SdkResponse response, String requestId) {
        return new WireAnswer(200, mediaType(), Map.of(), JsonPojoWriter.write(response, Map.of()));
    }

    @Override
    public WireAnswer error(AwsServiceException error, String requestId) {
        var details = error.awsErrorDetails();
        return error(error.statusCode(), details.errorCode(), details.errorMessage(), error);
    }

    @Override
    public WireAnswer rejection(Rejection rejection, String message, String requestId) {
        return error(rejection.jsonStatus, rejection.jsonCode, message, List::of);
    }

    private WireAnswer error(int status, String code, @Nullable String message, SdkPojo fields) {
        return new WireAnswer(
                status,
                mediaType(),
                Map.of("x-amzn-ErrorType", code),
                JsonPojoWriter.write(fields, Map.of("__type", code, "message", message == null ? "" : message)));
    }

    private String mediaType() {
        return "application/x-amz-json-" + version;
    }
}
