package dev.prebake.lab.states;

import com.dashjoin.jsonata.Functions;
import com.dashjoin.jsonata.JException;
import com.dashjoin.jsonata.Jsonata;
import com.dashjoin.jsonata.Jsonata.JFunction;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The functions that Step Functions adds to JSONata, and those whose answers come from the lab: the time and chance.
 *
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html">AWS's list</a>
 */
final class StepFunctionsLibrary {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final Set<String> HASHES = Set.of("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512");
    private static final int MAX_RANGE = 1000;

    private StepFunctionsLibrary() {}

    static void bind(Jsonata.Frame frame, Scope scope) {
        define(frame, "partition", arguments -> partition(list(arguments, 0), number(arguments, 1, "the chunk size")));
        define(
                frame,
                "range",
                arguments -> range(
                        number(arguments, 0, "the first value"),
                        number(arguments, 1, "the last value"),
                        number(arguments, 2, "the step")));
        define(frame, "hash", arguments -> hash(argument(arguments, 0), argument(arguments, 1)));
        define(frame, "random", arguments -> random(argument(arguments, 0), scope.random()));
        define(frame, "uuid", arguments -> uuid(scope.random()));
        define(frame, "parse", arguments -> parse(argument(arguments, 0)));
        define(frame, "now", arguments -> now(scope.now(), argument(arguments, 0), argument(arguments, 1)));
        define(frame, "millis", arguments -> scope.now().toEpochMilli());
        frame.bind("eval", (Object) null);
    }

    private interface Body {
        @Nullable Object apply(List<?> arguments);
    }

    private static void define(Jsonata.Frame frame, String name, Body body) {
        frame.bind(name, new JFunction((input, arguments) -> body.apply(arguments), null));
    }

    private static @Nullable Object partition(@Nullable List<?> list, @Nullable Integer size) {
        if (list == null || size == null) {
            return null;
        }
        if (size < 1) {
            throw failure("$partition needs a chunk size of 1 or more; got " + size);
        }
        List<Object> chunks = new ArrayList<>();
        for (int from = 0; from < list.size(); from += size) {
            chunks.add(new ArrayList<>(list.subList(from, Math.min(list.size(), from + size))));
        }
        return chunks;
    }

    private static @Nullable Object range(@Nullable Integer first, @Nullable Integer last, @Nullable Integer step) {
        if (first == null || last == null || step == null) {
            return null;
        }
        if (step == 0) {
            throw failure("$range needs a step other than 0");
        }
        List<Object> range = new ArrayList<>();
        for (long value = first; step > 0 ? value <= last : value >= last; value += step) {
            if (range.size() == MAX_RANGE) {
                throw failure("$range makes at most " + MAX_RANGE + " values; asked for " + first + " to " + last
                        + " by " + step);
            }
            range.add((int) value);
        }
        return range;
    }

    private static @Nullable Object hash(@Nullable Object content, @Nullable Object algorithm) {
        if (content == null) {
            return null;
        }
        if (!(algorithm instanceof String name) || !HASHES.contains(name)) {
            throw failure("$hash needs one of " + HASHES.stream().sorted().toList() + " as its second argument; got "
                    + algorithm);
        }
        String text = content instanceof String string
                ? string
                : JsonataValues.toJson(content).toString();
        try {
            byte[] digest = MessageDigest.getInstance(name).digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java has no " + name, e);
        }
    }

    private static Object random(@Nullable Object seed, RandomGenerator random) {
        return switch (seed) {
            case null -> random.nextDouble();
            case Number number -> new SplittableRandom(number.longValue()).nextDouble();
            default -> throw failure("$random needs a number as its seed; got " + seed);
        };
    }

    private static Object uuid(RandomGenerator random) {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    private static @Nullable Object parse(@Nullable Object json) {
        return switch (json) {
            case null -> null;
            case String text -> {
                try {
                    yield JsonataValues.fromJson(MAPPER.readTree(text));
                } catch (JsonProcessingException | IllegalArgumentException e) {
                    throw failure("$parse got a string that isn't JSON: " + e.getMessage());
                }
            }
            default -> throw failure("$parse needs a string; got " + json);
        };
    }

    private static Object now(Instant now, @Nullable Object picture, @Nullable Object timezone) {
        return Functions.dateTimeFromMillis(now.toEpochMilli(), (String) picture, (String) timezone);
    }

    private static @Nullable Object argument(List<?> arguments, int index) {
        return index < arguments.size() ? arguments.get(index) : null;
    }

    private static @Nullable List<?> list(List<?> arguments, int index) {
        return switch (argument(arguments, index)) {
            case null -> null;
            case List<?> list -> list;
            case Object single -> List.of(single);
        };
    }

    private static @Nullable Integer number(List<?> arguments, int index, String what) {
        Object argument = argument(arguments, index);
        if (argument == null) {
            return null;
        }
        if (argument instanceof Number number && number.doubleValue() == number.intValue()) {
            return number.intValue();
        }
        throw failure(what + " must be a whole number; got " + argument);
    }

    /** What {@code $error} throws, so that the message stands in the cause as it is. */
    private static JException failure(String message) {
        return new JException("D3137", -1, message);
    }
}
