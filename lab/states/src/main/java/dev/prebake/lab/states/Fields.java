package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An object of a definition while it is read: hands out its fields, and notes what is wrong with them. */
final class Fields {
    private final String pointer;
    private final JsonNode object;
    private final List<Problem> problems;

    Fields(String pointer, JsonNode object, List<Problem> problems) {
        this.pointer = pointer;
        this.object = object;
        this.problems = problems;
    }

    String pointer() {
        return pointer;
    }

    String pointer(String field) {
        return pointer + "/" + field.replace("~", "~0").replace("/", "~1");
    }

    boolean has(String field) {
        return object.has(field);
    }

    @Nullable JsonNode get(String field) {
        return object.get(field);
    }

    void problem(String message) {
        problems.add(new Problem(pointer, message));
    }

    void problem(String field, String message) {
        problems.add(new Problem(pointer(field), message));
    }

    void problem(String field, int index, String message) {
        problems.add(new Problem(pointer(field) + "/" + index, message));
    }

    Optional<JsonNode> required(String field) {
        JsonNode value = object.get(field);
        if (value == null) {
            problem("the field '" + field + "' is missing");
        }
        return Optional.ofNullable(value);
    }

    /** A field that must be a string; empty, with a problem noted, when it isn't, and without one when it's absent. */
    Optional<String> text(String field) {
        JsonNode value = object.get(field);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            problem(field, "must be a string");
            return Optional.empty();
        }
        return Optional.of(value.textValue());
    }

    /** A whole number within bounds, or a default when it's absent or wrong; the latter is noted. */
    int whole(String field, int least, int most, int absent) {
        JsonNode value = object.get(field);
        if (value == null) {
            return absent;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < least
                || value.intValue() > most) {
            problem(field, "must be a whole number from " + least + " to " + most);
            return absent;
        }
        return value.intValue();
    }

    /** A template; null when the field is absent. */
    @Nullable Template template(String field) {
        JsonNode value = object.get(field);
        return value == null ? null : template(pointer(field), value);
    }

    /** The object of an Assign; null when the field is absent or no object, which is noted. */
    Template.@Nullable Members assign() {
        JsonNode value = object.get("Assign");
        if (value == null) {
            return null;
        }
        if (!value.isObject()) {
            problem("Assign", "must be an object whose members are the variables to set");
            return null;
        }
        var members = new LinkedHashMap<String, Template>();
        String at = pointer("Assign");
        new Fields(at, value, problems).each((name, member) -> {
            String memberPointer = new Fields(at, value, problems).pointer(name);
            if (!isVariableName(name)) {
                problems.add(new Problem(
                        memberPointer,
                        "'" + name
                                + "' is no name for a variable: a letter first, then letters, digits and '_', at most "
                                + Limits.NAME_LENGTH + " characters, without the '$'; 'states' is reserved"));
            }
            members.put(name, template(memberPointer, member));
        });
        return new Template.Members(members);
    }

    /** Calls for each member of the object, in order. */
    void each(BiConsumer<String, JsonNode> member) {
        object.properties().forEach(entry -> member.accept(entry.getKey(), entry.getValue()));
    }

    /** Calls with the fields of each element of an array, and notes what isn't an array of objects with something in it. */
    void eachElement(String field, Consumer<Fields> element) {
        JsonNode array = object.get(field);
        if (array == null) {
            return;
        }
        if (!array.isArray() || array.isEmpty()) {
            problem(field, "must be an array with at least one object");
            return;
        }
        for (int i = 0; i < array.size(); i++) {
            String at = pointer(field) + "/" + i;
            if (array.get(i).isObject()) {
                element.accept(new Fields(at, array.get(i), problems));
            } else {
                problems.add(new Problem(at, "must be an object"));
            }
        }
    }

    private Template template(String at, JsonNode value) {
        if (value.isTextual()) {
            return text(at, value);
        }
        if (value.isObject()) {
            var members = new LinkedHashMap<String, Template>();
            var fields = new Fields(at, value, problems);
            fields.each((name, member) -> members.put(name, template(fields.pointer(name), member)));
            boolean constant = members.values().stream().allMatch(Template::isConstant);
            return constant ? new Template.Constant(value) : new Template.Members(members);
        }
        if (value.isArray()) {
            List<Template> elements = new ArrayList<>();
            for (int i = 0; i < value.size(); i++) {
                elements.add(template(at + "/" + i, value.get(i)));
            }
            boolean constant = elements.stream().allMatch(Template::isConstant);
            return constant ? new Template.Constant(value) : new Template.Elements(elements);
        }
        return new Template.Constant(value);
    }

    private Template text(String at, JsonNode value) {
        String text = value.textValue();
        if (Expression.isExpression(text)) {
            try {
                return new Template.Computed(Expression.compile(text));
            } catch (IllegalArgumentException e) {
                problems.add(new Problem(at, String.valueOf(e.getMessage())));
            }
        } else if (Expression.isHalfExpression(text)) {
            problems.add(new Problem(
                    at, "an expression starts with '{%' and ends with '%}', without spaces outside of them"));
        }
        return new Template.Constant(value);
    }

    private static boolean isVariableName(String name) {
        return !name.isEmpty()
                && name.length() <= Limits.NAME_LENGTH
                && !name.equals("states")
                && Character.isUnicodeIdentifierStart(name.codePointAt(0))
                && name.codePoints().allMatch(Character::isUnicodeIdentifierPart);
    }
}
