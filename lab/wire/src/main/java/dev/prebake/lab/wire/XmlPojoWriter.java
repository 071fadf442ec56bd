package dev.prebake.lab.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/** Writes model objects as the XML of the Query protocols. What was never set is left out; a list set to empty is written. */
final class XmlPojoWriter {
    private final StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

    void open(String nameAndAttributes) {
        xml.append('<').append(nameAndAttributes).append('>');
    }

    void close(String name) {
        xml.append("</").append(name).append('>');
    }

    void text(String name, String text) {
        open(name);
        text.codePoints().forEach(this::append);
        close(name);
    }

    private void append(int c) {
        switch (c) {
            case '&' -> xml.append("&amp;");
            case '<' -> xml.append("&lt;");
            case '>' -> xml.append("&gt;");
            // Parsers turn a bare carriage return into a line feed.
            case '\r' -> xml.append("&#xD;");
            default -> {
                // XML 1.0 has no way to spell the other control characters and lone surrogates.
                var legal = c == '\t'
                        || c == '\n'
                        || (c >= 0x20 && c <= 0xD7FF)
                        || (c >= 0xE000 && c != 0xFFFE && c != 0xFFFF);
                xml.appendCodePoint(legal ? c : 0xFFFD);
            }
        }
    }

    void members(SdkPojo pojo) {
        for (var field : pojo.sdkFields()) {
            var value = field.getValueOrDefault(pojo);
            if (value == null || value instanceof SdkAutoConstructList || value instanceof SdkAutoConstructMap) {
                continue;
            }
            value(field.unmarshallLocationName(), field, value);
        }
    }

    private void value(String name, SdkField<?> field, Object value) {
        switch (value) {
            case SdkPojo nested -> {
                open(name);
                members(nested);
                close(name);
            }
            case List<?> list -> list(name, field.getRequiredTrait(ListTrait.class), list);
            case Map<?, ?> map -> map(name, field.getRequiredTrait(MapTrait.class), map);
            default -> text(name, Scalars.format(field, value, Format.ISO_8601));
        }
    }

    private void list(String name, ListTrait trait, List<?> list) {
        if (trait.isFlattened()) {
            list.forEach(element -> value(name, trait.memberFieldInfo(), element));
            return;
        }
        open(name);
        list.forEach(element -> value(or(trait.memberLocationName(), "member"), trait.memberFieldInfo(), element));
        close(name);
    }

    private void map(String name, MapTrait trait, Map<?, ?> map) {
        var entry = trait.isFlattened() ? name : "entry";
        if (!trait.isFlattened()) {
            open(name);
        }
        map.forEach((key, value) -> {
            open(entry);
            text(or(trait.keyLocationName(), "key"), key.toString());
            value(or(trait.valueLocationName(), "value"), trait.valueFieldInfo(), value);
            close(entry);
        });
        if (!trait.isFlattened()) {
            close(name);
        }
    }

    private static String or(@Nullable String name, String otherwise) {
        return name == null ? otherwise : name;
    }

    @Override
    public String toString() {
        return xml.toString();
    }
}
