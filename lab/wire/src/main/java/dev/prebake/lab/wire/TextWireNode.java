package dev.prebake.lab.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/**
 * A value that stands in a request's path, query string or headers.
 *
 * @param texts its text, or its elements' in their order; never empty
 * @param timestamps how timestamps are written at this place, unless their model says otherwise
 */
record TextWireNode(List<String> texts, Format timestamps) implements WireNode {
    @Override
    public @Nullable WireNode member(SdkField<?> field) {
        throw Scalars.unsupported(field);
    }

    @Override
    public List<WireNode> elements(SdkField<?> field, ListTrait list) {
        return texts.stream()
                .<WireNode>map(text -> new TextWireNode(List.of(text), timestamps))
                .toList();
    }

    @Override
    public Map<String, WireNode> entries(SdkField<?> field, MapTrait map) {
        throw Scalars.unsupported(field);
    }

    @Override
    public Object scalar(SdkField<?> field) {
        if (texts.size() > 1) {
            throw Scalars.badValue(field, String.join(", ", texts));
        }
        return Scalars.parse(field, texts.getFirst(), timestamps);
    }
}
