package dev.prebake.lab.states;

import com.dashjoin.jsonata.JException;
import com.dashjoin.jsonata.Jsonata;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A compiled JSONata expression. */
final class Expression {
    private static final String OPEN = "{%";
    private static final String CLOSE = "%}";

    /** Deeper recursion than this is taken for endless; a thread's stack holds it. */
    private static final int MAX_RECURSION = 500;

    /** An expression that runs longer is taken for endless, in milliseconds of real time. */
    private static final int MAX_MILLIS = 30_000;

    private final String source;
    private final Jsonata compiled;
    private final Set<String> variables;

    private Expression(String source, Jsonata compiled, Set<String> variables) {
        this.source = source;
        this.compiled = compiled;
        this.variables = variables;
    }

    /** Whether a string is an expression: no spaces before its opening or after its closing mark. */
    static boolean isExpression(String text) {
        return text.length() >= OPEN.length() + CLOSE.length() && text.startsWith(OPEN) && text.endsWith(CLOSE);
    }

    /** Whether a string has one mark of an expression without the other, which AWS refuses. */
    static boolean isHalfExpression(String text) {
        return text.startsWith(OPEN) != text.endsWith(CLOSE);
    }

    /**
     * @param text the expression with its marks
     * @throws IllegalArgumentException when it doesn't compile, or uses what Step Functions doesn't offer
     */
    static Expression compile(String text) {
        String source =
                text.substring(OPEN.length(), text.length() - CLOSE.length()).strip();
        if (source.isEmpty()) {
            throw new IllegalArgumentException("the expression is empty");
        }
        Set<String> variables = VariableReferences.in(source);
        if (variables.contains("eval")) {
            throw new IllegalArgumentException(
                    "$eval isn't available in Step Functions: use $parse to read JSON, or write the expression out");
        }
        try {
            Jsonata compiled = Jsonata.jsonata(source);
            // Otherwise the engine would write into the values that it was given, and null would look undefined.
            compiled.setOutputConvertNulls(false);
            return new Expression(source, compiled, variables);
        } catch (JException e) {
            throw new IllegalArgumentException(
                    "the expression doesn't compile: " + e.getError() + ": " + e.getMessage() + " (at character "
                            + e.getLocation() + " of '" + source + "')",
                    e);
        }
    }

    JsonNode evaluate(String field, Scope scope) throws EvaluationException {
        Object value = run(field, scope);
        if (value == null) {
            throw new EvaluationException(field, about(field) + " returned nothing (undefined).");
        }
        try {
            return JsonataValues.toJson(value);
        } catch (IllegalArgumentException e) {
            throw new EvaluationException(field, about(field) + " returned an unsupported result type.");
        }
    }

    private @Nullable Object run(String field, Scope scope) throws EvaluationException {
        Jsonata.Frame frame = compiled.createFrame();
        StepFunctionsLibrary.bind(frame, scope);
        scope.variables().forEach((name, value) -> {
            if (variables.contains(name)) {
                frame.bind(name, JsonataValues.fromJson(value));
            }
        });
        frame.bind("states", JsonataValues.fromJson(scope.states()));
        frame.setRuntimeBounds(MAX_MILLIS, MAX_RECURSION);
        try {
            return compiled.evaluate(null, frame);
        } catch (JException e) {
            throw threw(field, e.getError() + ": " + e.getMessage());
        } catch (RuntimeException | StackOverflowError e) {
            // The engine lets Java's own exceptions through where it didn't expect a value.
            throw threw(field, e.toString());
        }
    }

    private EvaluationException threw(String field, String reason) {
        return new EvaluationException(field, about(field) + " threw an error during evaluation. " + reason);
    }

    String about(String field) {
        return "The JSONata expression '%s' specified for the field '%s'".formatted(source, field);
    }

    @Override
    public String toString() {
        return OPEN + " " + source + " " + CLOSE;
    }
}
