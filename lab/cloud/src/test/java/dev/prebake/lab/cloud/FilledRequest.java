package dev.prebake.lab.cloud;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.PayloadTrait;
import software.amazon.awssdk.utils.builder.Buildable;

/** Fills requests of any operation with values of the right types, and says where on the wire their members stand. */
final class FilledRequest {
    private static final int MAX_DEPTH = 5;
    private static final String KEY = "key";

    private FilledRequest() {}

    /**
     * A member of a filled request.
     *
     * @param field its model
     * @param structure the builder of the structure that has it
     * @param wire where it stands: a JSON pointer, or the name of a form's parameter
     * @param name what AWS calls it in a complaint
     */
    record Member(SdkField<?> field, SdkPojo structure, String wire, String name) {}

    /** Fills the members, also of structures within, that a choice picks by their structure's builder. */
    static SdkRequest of(SdkPojo builder, BiPredicate<SdkPojo, SdkField<?>> choice) {
        fill(builder, choice, 0);
        return ((SdkRequest.Builder) builder).build();
    }

    private static void fill(SdkPojo builder, BiPredicate<SdkPojo, SdkField<?>> choice, int depth) {
        for (SdkField<?> field : builder.sdkFields()) {
            if (choice.test(builder, field)) {
                Object value = value(field, choice, depth);
                if (value != null) {
                    field.set(builder, value);
                }
            }
        }
    }

    private static @Nullable Object value(SdkField<?> field, BiPredicate<SdkPojo, SdkField<?>> choice, int depth) {
        return switch (field.marshallingType().getKnownType()) {
            case STRING -> "x";
            case INTEGER -> 1;
            case LONG -> 1L;
            case SHORT -> (short) 1;
            case BYTE -> (byte) 1;
            case FLOAT -> 1f;
            case DOUBLE -> 1d;
            case BIG_DECIMAL -> BigDecimal.ONE;
            case BOOLEAN -> true;
            case INSTANT -> Instant.EPOCH;
            case SDK_BYTES -> SdkBytes.fromUtf8String("{}");
            case SDK_POJO -> {
                if (depth == MAX_DEPTH) {
                    yield null;
                }
                SdkPojo nested = field.constructor().get();
                fill(nested, choice, depth + 1);
                yield ((Buildable) nested).build();
            }
            case LIST -> {
                Object element = value(field.getRequiredTrait(ListTrait.class).memberFieldInfo(), choice, depth);
                yield element == null ? null : List.of(element);
            }
            case MAP -> {
                Object element = value(field.getRequiredTrait(MapTrait.class).valueFieldInfo(), choice, depth);
                yield element == null ? null : Map.of(KEY, element);
            }
            case DOCUMENT, NULL -> null;
        };
    }

    /** How a body is written, and how its members are called in a complaint. */
    enum Form {
        JSON("/", "/0"),
        EC2_QUERY(".", ".1"),
        AWS_QUERY(".", ".member.1");

        private final String separator;
        private final String element;

        Form(String separator, String element) {
            this.separator = separator;
            this.element = element;
        }

        private String name(String parent, String wire, SdkField<?> field) {
            return this == EC2_QUERY ? wire : parent + firstLower(field.memberName());
        }

        private String elementName(String list) {
            return list + (this == EC2_QUERY ? element : ".1.member");
        }
    }

    /** The members in the body of a request that is filled with everything. */
    static List<Member> members(SdkPojo builder, Form form) {
        List<Member> members = new ArrayList<>();
        collect(builder, form, form == Form.JSON ? "/" : "", "", 0, members);
        return members;
    }

    private static void collect(SdkPojo builder, Form form, String wire, String name, int depth, List<Member> members) {
        for (SdkField<?> field : builder.sdkFields()) {
            if (field.location() == MarshallLocation.PAYLOAD && !field.containsTrait(PayloadTrait.class)) {
                String at = wire + field.locationName();
                Member member = new Member(field, builder, at, form.name(name, at, field));
                members.add(member);
                within(field, form, at, member.name(), depth, members);
            }
        }
    }

    private static void within(
            SdkField<?> field, Form form, String wire, String name, int depth, List<Member> members) {
        switch (field.marshallingType().getKnownType()) {
            case SDK_POJO -> {
                if (depth < MAX_DEPTH) {
                    collect(field.constructor().get(), form, wire + form.separator, name + ".", depth + 1, members);
                }
            }
            case LIST ->
                within(
                        field.getRequiredTrait(ListTrait.class).memberFieldInfo(),
                        form,
                        wire + form.element,
                        form.elementName(name),
                        depth,
                        members);
            case MAP ->
                within(
                        field.getRequiredTrait(MapTrait.class).valueFieldInfo(),
                        form,
                        wire + form.separator + KEY,
                        name + "." + KEY + ".member",
                        depth,
                        members);
            default -> {}
        }
    }

    private static String firstLower(String name) {
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }
}
