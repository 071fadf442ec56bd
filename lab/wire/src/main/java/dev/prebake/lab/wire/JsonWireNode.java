package dev.prebake.lab.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.protocol.MarshallingKnownType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/** A JSON value of a request. A null member is an absent one; lists and maps hold no nulls. */
record JsonWireNode(JsonNode json) implements WireNode {
    @Override
    public @Nullable WireNode member(SdkField<?> field) {
        var member = json.get(field.locationName());
        return member == null || member.isNull() ? null : new JsonWireNode(member);
    }

    @Override
    public void requireStructure(SdkField<?> field) {
        if (!json.isObject()) {
            throw wrongType(field, "structure");
        }
    }

    @Override
    public List<WireNode> elements(SdkField<?> field, ListTrait list) {
        if (!json.isArray()) {
            throw wrongType(field, "list");
        }
        var elements = new ArrayList<WireNode>(json.size());
        json.forEach(element -> elements.add(new JsonWireNode(element)));
        return elements;
    }

    @Override
    public Map<String, WireNode> entries(SdkField<?> field, MapTrait map) {
        if (!json.isObject()) {
            throw wrongType(field, "map");
        }
        var entries = new LinkedHashMap<String, WireNode>();
        json.properties().forEach(entry -> entries.put(entry.getKey(), new JsonWireNode(entry.getValue())));
        return entries;
    }

    @Override
    public Object scalar(SdkField<?> field) {
        var type = field.marshallingType().getKnownType();
        try {
            return switch (type) {
                case BOOLEAN -> {
                    require(field, json.isBoolean());
                    yield json.booleanValue();
                }
                case INTEGER, LONG, SHORT, BYTE -> {
                    require(field, json.isIntegralNumber());
                    yield Scalars.parse(field, json.asText(), Format.UNIX_TIMESTAMP);
                }
                case FLOAT, DOUBLE, BIG_DECIMAL -> {
                    // The protocol spells the numbers that JSON lacks as these strings.
                    require(
                            field,
                            json.isNumber()
                                    || List.of("NaN", "Infinity", "-Infinity").contains(json.asText()));
                    yield Scalars.parse(field, json.asText(), Format.UNIX_TIMESTAMP);
                }
                case INSTANT -> {
                    require(field, json.isNumber() || json.isTextual());
                    yield json.isNumber()
                                    && Scalars.timestampFormat(field, Format.UNIX_TIMESTAMP) == Format.UNIX_TIMESTAMP
                            ? Scalars.ofEpochSeconds(json.decimalValue())
                            : Scalars.parse(field, json.asText(), Format.UNIX_TIMESTAMP);
                }
                default -> {
                    require(field, json.isTextual() && type != MarshallingKnownType.DOCUMENT);
                    yield Scalars.parse(field, json.textValue(), Format.UNIX_TIMESTAMP);
                }
            };
        } catch (DateTimeException e) {
            throw Scalars.badValue(field, json.asText());
        }
    }

    private void require(SdkField<?> field, boolean holds) {
        if (!holds) {
            throw wrongType(field, field.marshallingType().getTargetClass().getSimpleName());
        }
    }

    private RejectedException wrongType(SdkField<?> field, String expected) {
        return new RejectedException(
                Rejection.BAD_VALUE,
                json.getNodeType() + "_VALUE can not be converted to a " + expected + " (" + field.locationName()
                        + ")");
    }
}
