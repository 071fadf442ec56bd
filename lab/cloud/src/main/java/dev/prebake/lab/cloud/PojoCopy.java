package dev.prebake.lab.cloud;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.utils.builder.Buildable;

/** Copies between model classes that say the same, one of them in requests and the other in answers. */
final class PojoCopy {
    private PojoCopy() {}

    /** Sets the builder's members that the source has too, by their names, and leaves those that the source doesn't have as they are. */
    static void copy(SdkPojo source, SdkPojo builder) {
        Map<String, SdkField<?>> members =
                source.sdkFields().stream().collect(Collectors.toMap(SdkField::memberName, Function.identity()));
        for (SdkField<?> field : builder.sdkFields()) {
            SdkField<?> member = members.get(field.memberName());
            Object value = member == null ? null : member.getValueOrDefault(source);
            if (value != null && !(value instanceof SdkAutoConstructList)) {
                field.set(builder, converted(field, value));
            }
        }
    }

    private static Object converted(SdkField<?> field, Object value) {
        return switch (value) {
            case SdkPojo nested -> {
                SdkPojo builder = field.constructor().get();
                copy(nested, builder);
                yield ((Buildable) builder).build();
            }
            case List<?> list -> {
                SdkField<?> element = field.getRequiredTrait(ListTrait.class).memberFieldInfo();
                yield list.stream().map(each -> converted(element, each)).toList();
            }
            default -> value;
        };
    }
}
