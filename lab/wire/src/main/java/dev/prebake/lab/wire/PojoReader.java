package dev.prebake.lab.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.utils.builder.Buildable;

/** Fills model objects from a request, whatever its format. Members that the model doesn't know are passed over. */
final class PojoReader {
    private PojoReader() {}

    /** Sets every field of a builder that the structure has. */
    static void fill(SdkPojo builder, WireNode structure) {
        for (var field : builder.sdkFields()) {
            var member = structure.member(field);
            if (member != null) {
                field.set(builder, value(field, member));
            }
        }
    }

    private static Object value(SdkField<?> field, WireNode node) {
        return switch (field.marshallingType().getKnownType()) {
            case SDK_POJO -> {
                var nested = field.constructor().get();
                fill(nested, node);
                yield nested instanceof Buildable builder ? builder.build() : nested;
            }
            case LIST -> {
                var trait = field.getRequiredTrait(ListTrait.class);
                var list = new ArrayList<>();
                for (var element : node.elements(field, trait)) {
                    list.add(value(trait.memberFieldInfo(), element));
                }
                yield list;
            }
            case MAP -> {
                var trait = field.getRequiredTrait(MapTrait.class);
                var map = new LinkedHashMap<String, Object>();
                node.entries(field, trait).forEach((key, entry) -> map.put(key, value(trait.valueFieldInfo(), entry)));
                yield map;
            }
            default -> node.scalar(field);
        };
    }
}
