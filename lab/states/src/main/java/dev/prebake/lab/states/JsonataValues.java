package dev.prebake.lab.states;

import com.dashjoin.jsonata.Jsonata;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as the expression engine has it, and back.
 *
 * <p>The engine tells JSON's null ({@link Jsonata#NULL_VALUE}) from an undefined value (Java's null), and compares
 * numbers within structures by class: so numbers come in the one form that the engine itself would give them.
 */
final class JsonataValues {
    private JsonataValues() {}

    static Object fromJson(JsonNode json) {
        return switch (json.getNodeType()) {
            case NULL -> Jsonata.NULL_VALUE;
            case BOOLEAN -> json.booleanValue();
            case STRING -> json.textValue();
            case NUMBER -> number(json.decimalValue());
            case ARRAY -> {
                List<Object> list = new ArrayList<>(json.size());
                json.forEach(element -> list.add(fromJson(element)));
                yield list;
            }
            case OBJECT -> {
                Map<String, Object> map = LinkedHashMap.newLinkedHashMap(json.size());
                json.properties().forEach(member -> map.put(member.getKey(), fromJson(member.getValue())));
                yield map;
            }
            case BINARY, MISSING, POJO ->
                throw new IllegalArgumentException("Not a JSON value: a node of type " + json.getNodeType());
        };
    }

    /**
     * @param value what an expression gave; not undefined
     * @throws IllegalArgumentException for what JSON can't hold, such as a function
     */
    static JsonNode toJson(Object value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value.equals(Jsonata.NULL_VALUE)) {
            return nodes.nullNode();
        }
        return switch (value) {
            case Boolean truth -> nodes.booleanNode(truth);
            case String text -> nodes.textNode(text);
            case Number number -> node(number);
            case List<?> list -> {
                var array = nodes.arrayNode(list.size());
                for (Object element : list) {
                    if (element != null) {
                        array.add(toJson(element));
                    }
                }
                yield array;
            }
            case Map<?, ?> map -> {
                var object = nodes.objectNode();
                map.forEach((key, member) -> {
                    if (member != null) {
                        object.set(String.valueOf(key), toJson(member));
                    }
                });
                yield object;
            }
            default ->
                throw new IllegalArgumentException(
                        "Not a JSON value: " + value.getClass().getName());
        };
    }

    private static Number number(BigDecimal number) {
        try {
            long exact = number.longValueExact();
            return (int) exact == exact ? (Number) (int) exact : (Number) exact;
        } catch (ArithmeticException e) {
            return number.doubleValue();
        }
    }

    private static JsonNode node(Number number) {
        if (number instanceof Double || number instanceof Float) {
            double approximate = number.doubleValue();
            if (!Double.isFinite(approximate)) {
                throw new IllegalArgumentException("Not a JSON number: " + approximate);
            }
            if (approximate != Math.rint(approximate) || Math.abs(approximate) >= 0x1p63) {
                return JsonNodeFactory.instance.numberNode(approximate);
            }
        }
        // What has no fraction is written without one, as a JavaScript engine would.
        Number exact = number(new BigDecimal(number.toString()));
        return switch (exact) {
            case Integer whole -> JsonNodeFactory.instance.numberNode((int) whole);
            case Long whole -> JsonNodeFactory.instance.numberNode((long) whole);
            default -> JsonNodeFactory.instance.numberNode(exact.doubleValue());
        };
    }
}
