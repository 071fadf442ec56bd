package dev.prebake.lab.wire;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.PayloadTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;
import software.amazon.awssdk.core.util.SdkAutoConstructList;

/**
 * AWS REST JSON: an operation is a method and a path, whose parameters, the query string and headers carry members of the
 * request; the rest is a JSON body. Every answer but an error is 200, unless a member of it is the status.
 *
 * @param bindings where the operations are, in the order to look
 * @see <a href="https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html">Smithy: AWS REST JSON 1</a>
 */
record RestJson(List<HttpBinding> bindings) implements Protocol {
    private static final String MEDIA_TYPE = "application/json";

    static RestJson of(Collection<Operation> operations) {
        return new RestJson(operations.stream()
                .map(HttpBinding::of)
                .sorted(Comparator.comparing(HttpBinding::order))
                .toList());
    }

    @Override
    public boolean claims(WireRequest request) {
        return bindings.stream().anyMatch(binding -> binding.labelsOf(request).isPresent());
    }

    @Override
    public Operation route(WireRequest request, Service service) {
        return bindings.stream()
                .filter(binding -> binding.labelsOf(request).isPresent())
                .findFirst()
                .map(HttpBinding::operation)
                .orElseThrow(() ->
                        service.notServed(request.method() + " " + request.uri().getPath()));
    }

    @Override
    public void read(WireRequest request, Operation operation, SdkPojo builder) {
        var labels = bindings.stream()
                .filter(binding -> binding.operation().equals(operation))
                .findFirst()
                .flatMap(binding -> binding.labelsOf(request))
                .orElseThrow();
        PojoReader.fill(builder, new RestWireNode(request, labels), MemberNaming.MEMBERS);
    }

    @Override
    public WireAnswer answer(Operation operation, SdkResponse response, String requestId) {
        var status = 200;
        var headers = new LinkedHashMap<String, String>();
        for (var field : response.sdkFields()) {
            var value = field.getValueOrDefault(response);
            if (value == null || value instanceof SdkAutoConstructList) {
                continue;
            }
            if (field.location() == MarshallLocation.STATUS_CODE) {
                status = (Integer) value;
            } else if (field.location() == MarshallLocation.HEADER) {
                headers.put(field.locationName(), header(field, value));
            }
        }
        var payload = response.sdkFields().stream()
                .filter(field -> field.containsTrait(PayloadTrait.class))
                .findFirst();
        var body = payload.isPresent()
                ? payload(payload.get().getValueOrDefault(response))
                : JsonPojoWriter.write(response, Map.of());
        return new WireAnswer(status, MEDIA_TYPE, headers, body);
    }

    private static String header(SdkField<?> field, Object value) {
        return value instanceof List<?> list
                ? list.stream().map(Object::toString).collect(Collectors.joining(","))
                : Scalars.format(field, value, Format.RFC_822);
    }

    private static SdkBytes payload(Object value) {
        return switch (value) {
            case null -> SdkBytes.fromByteArrayUnsafe(new byte[0]);
            case SdkPojo structure -> JsonPojoWriter.write(structure, Map.of());
            case SdkBytes bytes -> bytes;
            default -> SdkBytes.fromUtf8String(value.toString());
        };
    }

    @Override
    public WireAnswer error(AwsServiceException error, String requestId) {
        return JsonBody.error(error, MEDIA_TYPE);
    }

    @Override
    public WireAnswer rejection(Rejection rejection, String message, String requestId) {
        return JsonBody.rejection(rejection, rejection.jsonCode, message, MEDIA_TYPE);
    }
}
