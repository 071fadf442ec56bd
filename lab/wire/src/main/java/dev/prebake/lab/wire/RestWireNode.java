package dev.prebake.lab.wire;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.protocol.MarshallingKnownType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.PayloadTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/** A request as a whole, whose members stand where their model binds them: in the path, the query string, headers or the body. */
final class RestWireNode implements WireNode {
    private static final String JSON = "application/json";

    private final WireRequest request;
    private final Map<String, String> labels;
    private @Nullable JsonWireNode json;

    /** Of a request with its path's parameters. */
    RestWireNode(WireRequest request, Map<String, String> labels) {
        this.request = request;
        this.labels = labels;
    }

    @Override
    public @Nullable WireNode member(SdkField<?> field) {
        return switch (field.location()) {
            case PATH, GREEDY_PATH -> {
                var label = labels.get(field.locationName());
                yield label == null ? null : new TextWireNode(List.of(label), Format.ISO_8601);
            }
            case QUERY_PARAM -> {
                var values = query(field.locationName());
                yield values.isEmpty() ? null : new TextWireNode(values, Format.ISO_8601);
            }
            case HEADER -> {
                var lines = request.headers().get(field.locationName());
                yield lines == null ? null : new TextWireNode(header(field, lines), Format.RFC_822);
            }
            case STATUS_CODE -> null;
            case PAYLOAD -> field.containsTrait(PayloadTrait.class) ? payload(field) : json().member(field);
        };
    }

    /** The member that is the whole body. */
    private @Nullable WireNode payload(SdkField<?> field) {
        if (request.body().asByteArrayUnsafe().length == 0) {
            return null;
        }
        return field.marshallingType().getKnownType() == MarshallingKnownType.SDK_POJO
                ? json()
                : new Whole(request.body());
    }

    private JsonWireNode json() {
        var read = json;
        if (read == null) {
            if (request.body().asByteArrayUnsafe().length > 0
                    && !request.mediaType().equals(JSON)) {
                throw JsonBody.wrongMediaType(request, JSON);
            }
            read = JsonBody.read(request);
            json = read;
        }
        return read;
    }

    private List<String> query(String name) {
        var query = request.uri().getRawQuery();
        return query == null
                ? List.of()
                : Arrays.stream(query.split("&", -1))
                        .map(pair -> pair.split("=", 2))
                        .filter(pair -> decode(pair[0]).equals(name))
                        .map(pair -> pair.length == 1 ? "" : decode(pair[1]))
                        .toList();
    }

    private static String decode(String encoded) {
        return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
    }

    /** Several lines of a header are one list, as is one line with commas; a timestamp has a comma of its own. */
    private static List<String> header(SdkField<?> field, List<String> lines) {
        return field.marshallingType().getKnownType() == MarshallingKnownType.LIST
                ? lines.stream()
                        .flatMap(line -> Arrays.stream(line.split(",", -1)))
                        .map(String::strip)
                        .toList()
                : List.of(lines.getFirst());
    }

    @Override
    public List<WireNode> elements(SdkField<?> field, ListTrait list) {
        throw Scalars.unsupported(field);
    }

    @Override
    public Map<String, WireNode> entries(SdkField<?> field, MapTrait map) {
        throw Scalars.unsupported(field);
    }

    @Override
    public Object scalar(SdkField<?> field) {
        throw Scalars.unsupported(field);
    }

    /** A body that is bytes or text. */
    private record Whole(SdkBytes body) implements WireNode {
        @Override
        public @Nullable WireNode member(SdkField<?> field) {
            throw Scalars.unsupported(field);
        }

        @Override
        public List<WireNode> elements(SdkField<?> field, ListTrait list) {
            throw Scalars.unsupported(field);
        }

        @Override
        public Map<String, WireNode> entries(SdkField<?> field, MapTrait map) {
            throw Scalars.unsupported(field);
        }

        @Override
        public Object scalar(SdkField<?> field) {
            return switch (field.marshallingType().getKnownType()) {
                case SDK_BYTES -> body;
                case STRING -> body.asUtf8String();
                default -> throw Scalars.unsupported(field);
            };
        }
    }
}
