package dev.prebake.lab.wire;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/**
 * A parameter of a Query request with what is below it: {@code Filter.1.Value.2=running} is a tree of five nodes, of which
 * the last has the text. A list's or map's members are numbered.
 */
final class FormWireNode implements WireNode {
    /** Deeper than any model reaches, and shallow enough that a hostile name costs nothing. */
    private static final int MAX_DEPTH = 64;

    private final QueryProtocol.Dialect dialect;
    private final Map<String, FormWireNode> children = new LinkedHashMap<>();
    private @Nullable String text;

    private FormWireNode(QueryProtocol.Dialect dialect) {
        this.dialect = dialect;
    }

    /**
     * Reads a form or a query string.
     *
     * @throws RejectedException when it isn't one
     */
    static FormWireNode parse(String form, QueryProtocol.Dialect dialect) {
        var root = new FormWireNode(dialect);
        for (var pair : form.split("&", -1)) {
            if (pair.isBlank()) {
                continue;
            }
            var equals = pair.indexOf('=');
            var name = decode(equals < 0 ? pair : pair.substring(0, equals));
            var path = name.split("\\.", MAX_DEPTH + 1);
            if (path.length > MAX_DEPTH) {
                throw malformed("a parameter's name has more than " + MAX_DEPTH + " parts");
            }
            var node = root;
            for (var part : path) {
                node = node.children.computeIfAbsent(part, _ -> new FormWireNode(dialect));
            }
            node.text = equals < 0 ? "" : decode(pair.substring(equals + 1));
        }
        return root;
    }

    private static String decode(String encoded) {
        try {
            return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw malformed("a % is not followed by two hexadecimal digits");
        }
    }

    private static RejectedException malformed(String why) {
        return new RejectedException(
                Rejection.MALFORMED_BODY, "The query string contains a syntax error: " + why + ".");
    }

    /** The text of a top-level parameter, or null. */
    @Nullable String parameter(String name) {
        var child = children.get(name);
        return child == null ? null : child.text;
    }

    @Override
    public @Nullable WireNode member(SdkField<?> field) {
        return children.get(field.locationName());
    }

    @Override
    public List<WireNode> elements(SdkField<?> field, ListTrait list) {
        requireParts(field);
        return dialect.flattens(list.isFlattened())
                ? numbered(field)
                : below(list.memberLocationName(), "member").numbered(field);
    }

    @Override
    public Map<String, WireNode> entries(SdkField<?> field, MapTrait map) {
        requireParts(field);
        var entries = new LinkedHashMap<String, WireNode>();
        for (var entry : (map.isFlattened() ? this : below("entry", "entry")).numbered(field)) {
            var node = (FormWireNode) entry;
            var key = node.below(map.keyLocationName(), "key").text;
            if (key == null) {
                throw Scalars.badValue(field, "an entry without a key");
            }
            entries.put(key, node.below(map.valueLocationName(), "value"));
        }
        return entries;
    }

    private FormWireNode below(@Nullable String name, String otherwise) {
        var child = children.get(name == null ? otherwise : name);
        return child == null ? new FormWireNode(dialect) : child;
    }

    /** Refuses text where a list or a map is to be; none stands for an empty one. */
    private void requireParts(SdkField<?> field) {
        if (children.isEmpty() && text != null && !text.isEmpty()) {
            throw Scalars.badValue(field, text);
        }
    }

    private List<WireNode> numbered(SdkField<?> field) {
        var byNumber = new TreeMap<Integer, WireNode>();
        children.forEach((name, child) -> {
            try {
                byNumber.put(Integer.valueOf(name), child);
            } catch (NumberFormatException e) {
                throw Scalars.badValue(field, field.locationName() + "." + name);
            }
        });
        return new ArrayList<>(byNumber.values());
    }

    @Override
    public Object scalar(SdkField<?> field) {
        if (text == null) {
            throw Scalars.badValue(field, "a structure");
        }
        return Scalars.parse(field, text, Format.ISO_8601);
    }
}
