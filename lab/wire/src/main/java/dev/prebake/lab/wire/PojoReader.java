package dev.prebake.lab.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.utils.builder.Buildable;

/** Fills model objects from a request, whatever its format. Members that the model doesn't know are passed over. */
final class PojoReader {
    private final MemberNaming naming;
    private final List<String> missing = new ArrayList<>();

    private PojoReader(MemberNaming naming) {
        this.naming = naming;
    }

    /**
     * Sets every field of a builder that the structure has.
     *
     * @throws RejectedException when a value has the wrong type, or else when the structure lacks members that AWS requires
     */
    static void fill(SdkPojo builder, WireNode structure, MemberNaming naming) {
        var reader = new PojoReader(naming);
        reader.fill(builder, structure, "");
        if (!reader.missing.isEmpty()) {
            throw new RejectedException(Rejection.MISSING_MEMBER, naming.complaint(reader.missing));
        }
    }

    private void fill(SdkPojo builder, WireNode structure, String path) {
        var required = RequiredMembers.of(builder);
        for (var field : builder.sdkFields()) {
            var member = structure.member(field);
            var name = naming.member(path, field);
            if (member != null) {
                field.set(builder, value(field, member, name));
            } else if (required.contains(field.memberName())) {
                missing.add(name);
            }
        }
    }

    private Object value(SdkField<?> field, WireNode node, String name) {
        return switch (field.marshallingType().getKnownType()) {
            case SDK_POJO -> {
                node.requireStructure(field);
                var nested = field.constructor().get();
                fill(nested, node, name + ".");
                yield nested instanceof Buildable builder ? builder.build() : nested;
            }
            case LIST -> {
                var trait = field.getRequiredTrait(ListTrait.class);
                var list = new ArrayList<>();
                for (var element : node.elements(field, trait)) {
                    list.add(value(trait.memberFieldInfo(), element, naming.element(name, list.size() + 1)));
                }
                yield list;
            }
            case MAP -> {
                var trait = field.getRequiredTrait(MapTrait.class);
                var map = new LinkedHashMap<String, Object>();
                node.entries(field, trait)
                        .forEach((key, entry) ->
                                map.put(key, value(trait.valueFieldInfo(), entry, naming.entry(name, key))));
                yield map;
            }
            default -> node.scalar(field);
        };
    }
}
