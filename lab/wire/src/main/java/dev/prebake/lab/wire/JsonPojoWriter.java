package dev.prebake.lab.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/** Writes model objects as JSON. What was never set is left out; a list set to empty is written as one. */
final class JsonPojoWriter {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonPojoWriter() {}

    /**
     * Writes an object with these members first. Members that its model binds to the HTTP message, to headers say, are not
     * part of it.
     */
    static SdkBytes write(SdkPojo pojo, Map<String, String> first) {
        var bytes = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            for (var entry : first.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            members(
                    pojo,
                    pojo.sdkFields().stream()
                            .filter(field -> field.location() == MarshallLocation.PAYLOAD)
                            .toList(),
                    json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("Writing " + pojo.getClass() + " to memory as JSON failed", e);
        }
        return SdkBytes.fromByteArrayUnsafe(bytes.toByteArray());
    }

    private static void members(SdkPojo pojo, List<SdkField<?>> fields, JsonGenerator json) throws IOException {
        for (var field : fields) {
            var value = field.getValueOrDefault(pojo);
            if (value == null || value instanceof SdkAutoConstructList || value instanceof SdkAutoConstructMap) {
                continue;
            }
            json.writeFieldName(field.locationName());
            value(field, value, json);
        }
    }

    private static void value(SdkField<?> field, Object value, JsonGenerator json) throws IOException {
        switch (value) {
            case SdkPojo nested -> {
                json.writeStartObject();
                members(nested, nested.sdkFields(), json);
                json.writeEndObject();
            }
            case List<?> list -> {
                var element = field.getRequiredTrait(ListTrait.class).memberFieldInfo();
                json.writeStartArray();
                for (var item : list) {
                    value(element, item, json);
                }
                json.writeEndArray();
            }
            case Map<?, ?> map -> {
                var entryValue = field.getRequiredTrait(MapTrait.class).valueFieldInfo();
                json.writeStartObject();
                for (var entry : map.entrySet()) {
                    json.writeFieldName(entry.getKey().toString());
                    value(entryValue, entry.getValue(), json);
                }
                json.writeEndObject();
            }
            case Instant instant -> {
                var format = Scalars.timestampFormat(field, Format.UNIX_TIMESTAMP);
                var text = Scalars.formatTimestamp(instant, format);
                switch (format) {
                    case UNIX_TIMESTAMP, UNIX_TIMESTAMP_MILLIS -> json.writeNumber(text);
                    case ISO_8601, RFC_822 -> json.writeString(text);
                }
            }
            case Boolean truth -> json.writeBoolean(truth);
            case Float number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case BigDecimal number -> json.writeNumber(number);
            case Number number -> json.writeNumber(number.longValue());
            default -> json.writeString(Scalars.format(field, value, Format.UNIX_TIMESTAMP));
        }
    }
}
