package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Map;

/** JSON with expressions in it: each string of the form <code>{% … %}</code> stands for what it evaluates to. */
sealed interface Template {

    /**
     * Puts values in the place of the expressions.
     *
     * @param field the path of this template in its state, for errors, such as {@code Output/images[0]}
     */
    JsonNode evaluate(String field, Scope scope) throws EvaluationException;

    /** Whether what it evaluates to can differ from what is written. */
    default boolean isConstant() {
        return this instanceof Constant;
    }

    /** JSON that stands for itself. */
    record Constant(JsonNode value) implements Template {
        @Override
        public JsonNode evaluate(String field, Scope scope) {
            return value;
        }
    }

    /** One expression. */
    record Computed(Expression expression) implements Template {
        @Override
        public JsonNode evaluate(String field, Scope scope) throws EvaluationException {
            return expression.evaluate(field, scope);
        }
    }

    /** An object, at least one of whose members isn't constant; or the object of an Assign. */
    record Members(Map<String, Template> members) implements Template {
        @Override
        public JsonNode evaluate(String field, Scope scope) throws EvaluationException {
            var object = JsonNodeFactory.instance.objectNode();
            for (var member : members.entrySet()) {
                object.set(member.getKey(), member.getValue().evaluate(field + "/" + member.getKey(), scope));
            }
            return object;
        }
    }

    /** An array, at least one of whose elements isn't constant. */
    record Elements(List<Template> elements) implements Template {
        @Override
        public JsonNode evaluate(String field, Scope scope) throws EvaluationException {
            var array = JsonNodeFactory.instance.arrayNode();
            for (int i = 0; i < elements.size(); i++) {
                array.add(elements.get(i).evaluate(field + "[" + i + "]", scope));
            }
            return array;
        }
    }
}
