package dev.prebake.lab.wire;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.utils.builder.Buildable;

/** Fills model objects of any type with values, each field that can be filled. */
final class Generated {
    private static final int MAX_DEPTH = 5;
    private static final List<String> TEXTS = List.of(
            "i-0123456789abcdef0",
            "a <b> & \"c\" 'd' ]]>",
            " leading and trailing ",
            "two\nlines\tand a tab",
            "Grüße, 世界 \uD83D\uDC33",
            "a=b&c=d%20e+f",
            "/prebake/default/snapshot-id",
            "{\"json\":[1,2.5,null]}");

    private final Random random;

    Generated(long seed) {
        this.random = new Random(seed);
    }

    /** Builds what a builder makes, filled. */
    Object built(SdkPojo builder) {
        fill(builder, 0);
        return ((Buildable) builder).build();
    }

    private boolean fill(SdkPojo builder, int depth) {
        var filled = false;
        var missing = new HashSet<>(RequiredMembers.of(builder));
        for (var field : builder.sdkFields()) {
            var value = value(field, depth);
            if (value != null) {
                field.set(builder, value);
                filled = true;
                missing.remove(field.memberName());
            }
        }
        return filled && missing.isEmpty();
    }

    /** A value for the field, or null where nesting ends: an empty structure has no form in a query. */
    private Object value(SdkField<?> field, int depth) {
        return switch (field.marshallingType().getKnownType()) {
            case STRING -> text();
            case INTEGER -> random.nextInt();
            case LONG -> random.nextLong();
            case SHORT -> (short) random.nextInt();
            case BYTE -> (byte) random.nextInt();
            case FLOAT -> random.nextFloat() * 1e6f;
            case DOUBLE -> random.nextDouble() * 1e12;
            case BIG_DECIMAL -> BigDecimal.valueOf(random.nextLong(), 5);
            case BOOLEAN -> random.nextBoolean();
            case INSTANT -> Instant.ofEpochMilli(random.nextLong(0, 4_000_000_000_000L));
            case SDK_BYTES -> {
                var bytes = new byte[random.nextInt(1, 40)];
                random.nextBytes(bytes);
                yield SdkBytes.fromByteArray(bytes);
            }
            case SDK_POJO -> {
                var nested = depth < MAX_DEPTH ? field.constructor().get() : null;
                yield nested != null && fill(nested, depth + 1) ? ((Buildable) nested).build() : null;
            }
            case LIST -> {
                var element = field.getRequiredTrait(ListTrait.class).memberFieldInfo();
                var list = new ArrayList<>();
                for (var i = 0; i < 1 + random.nextInt(depth < 2 ? 3 : 1); i++) {
                    var value = value(element, depth + 1);
                    if (value != null) {
                        list.add(value);
                    }
                }
                yield list.isEmpty() ? null : list;
            }
            case MAP -> {
                var element = field.getRequiredTrait(MapTrait.class).valueFieldInfo();
                var map = new LinkedHashMap<String, Object>();
                for (var i = 0; i < 1 + random.nextInt(2); i++) {
                    var value = value(element, depth + 1);
                    if (value != null) {
                        map.put("key " + i, value);
                    }
                }
                yield map.isEmpty() ? null : map;
            }
            case DOCUMENT, NULL -> null;
        };
    }

    private String text() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }
}
