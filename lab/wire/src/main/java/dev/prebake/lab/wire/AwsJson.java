package dev.prebake.lab.wire;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkResponse;

/**
 * AWS JSON 1.0 and 1.1: the operation in {@code X-Amz-Target}, everything else in a JSON body.
 *
 * @param version {@code 1.0} or {@code 1.1}; they differ in the content type
 * @param targetPrefix what stands before the operation in {@code X-Amz-Target}
 * @param missingMember the service's error code for a request that lacks what is required
 * @see <a href="https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html">Smithy: AWS JSON 1.0</a>
 * @see <a href="https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html">Smithy: AWS JSON 1.1</a>
 */
record AwsJson(String version, String targetPrefix, String missingMember) implements Protocol {
    private static final List<String> MEDIA_TYPES = List.of("application/x-amz-json-1.0", "application/x-amz-json-1.1");

    AwsJson(String version, String targetPrefix) {
        this(version, targetPrefix, Rejection.MISSING_MEMBER.jsonCode);
    }

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
    public void read(WireRequest request, Operation operation, SdkPojo builder) {
        if (!MEDIA_TYPES.contains(request.mediaType())) {
            throw JsonBody.wrongMediaType(request, mediaType());
        }
        PojoReader.fill(builder, JsonBody.read(request), MemberNaming.MEMBERS);
    }

    @Override
    public WireAnswer answer(Operation operation, SdkResponse response, String requestId) {
        return new WireAnswer(200, mediaType(), Map.of(), JsonPojoWriter.write(response, Map.of()));
    }

    @Override
    public WireAnswer error(AwsServiceException error, String requestId) {
        return JsonBody.error(error, mediaType());
    }

    @Override
    public WireAnswer rejection(Rejection rejection, String message, String requestId) {
        return JsonBody.rejection(
                rejection,
                rejection == Rejection.MISSING_MEMBER ? missingMember : rejection.jsonCode,
                message,
                mediaType());
    }

    private String mediaType() {
        return "application/x-amz-json-" + version;
    }
}
