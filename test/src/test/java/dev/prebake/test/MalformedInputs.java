package dev.prebake.test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Tuple;
import net.jqwik.api.sessions.JqwikSession;

/** Inputs of executions that are JSON, and that no cache can be baked from. */
final class MalformedInputs {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    /** How often jqwik means to draw; large values are rarer at the beginning. */
    private static final int DRAWN = 1_000;

    private final String image;

    /**
     * An input.
     *
     * @param json what it is
     * @param wrong the known fields that its error has to name
     */
    record Malformed(JsonNode json, List<String> wrong) {}

    /** Makes them around an image that there is, all that is right about them. */
    MalformedInputs(String image) {
        this.image = image;
    }

    /** So many of them, the same ones for the same seed. */
    List<Malformed> draw(int count, long seed) {
        List<Malformed> drawn = new ArrayList<>();
        JqwikSession.run(() -> {
            RandomGenerator<Malformed> generator = Arbitraries.frequencyOf(
                            Tuple.of(6, wrongFields()), Tuple.of(2, unknownFields()), Tuple.of(1, noObjects()))
                    .generator(DRAWN, true);
            Random random = new Random(seed);
            while (drawn.size() < count) {
                drawn.add(generator.next(random).value());
            }
        });
        return drawn;
    }

    private Arbitrary<Malformed> wrongFields() {
        return Arbitraries.of(WrongValues.FIELDS).set().ofMinSize(1).flatMap(fields -> {
            List<Arbitrary<Map.Entry<String, JsonNode>>> entries = new ArrayList<>();
            for (String field : fields) {
                entries.add(WrongValues.of(field).map(value -> Map.entry(field, value)));
            }
            return Combinators.combine(entries).as(values -> {
                ObjectNode input = withImage();
                values.forEach(entry -> input.set(entry.getKey(), entry.getValue()));
                return new Malformed(input, List.copyOf(fields));
            });
        });
    }

    /** With fields that there aren't, and anything in them. */
    private Arbitrary<Malformed> unknownFields() {
        Arbitrary<String> names = WrongValues.names().filter(name -> !WrongValues.FIELDS.contains(name));
        return Arbitraries.maps(names, WrongValues.anything())
                .ofMinSize(1)
                .ofMaxSize(6)
                .map(fields -> {
                    ObjectNode input = withImage();
                    fields.forEach(input::set);
                    return new Malformed(input, List.of());
                });
    }

    private static Arbitrary<Malformed> noObjects() {
        return WrongValues.anything().filter(json -> !json.isObject()).map(json -> new Malformed(json, List.of()));
    }

    private ObjectNode withImage() {
        ObjectNode input = JSON.objectNode();
        input.putArray("images").add(image);
        return input;
    }
}
