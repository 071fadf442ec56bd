package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.lab.clock.LabClock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/** One visit of an execution to one of its states: from entering it to leaving it. */
final class Visit {
    private final State state;
    private final JsonNode input;
    private final ContextObject context;
    private final Variables variables;
    private final History history;
    private final LabClock clock;
    private final RandomGenerator random;
    private final Instant enteredAt;
    private final long enteredId;

    private Visit(
            State state,
            JsonNode input,
            ContextObject context,
            Variables variables,
            History history,
            LabClock clock,
            RandomGenerator random,
            Instant enteredAt,
            long enteredId) {
        this.state = state;
        this.input = input;
        this.context = context;
        this.variables = variables;
        this.history = history;
        this.clock = clock;
        this.random = random;
        this.enteredAt = enteredAt;
        this.enteredId = enteredId;
    }

    /** Enters a state. */
    static Visit enter(
            State state,
            JsonNode input,
            ContextObject context,
            Variables variables,
            History history,
            LabClock clock,
            RandomGenerator random)
            throws HistoryFullException {
        Instant enteredAt = clock.instant();
        // On AWS nothing leads to the first state, not even the start of the execution.
        long previous = history.lastId() == 1 ? 0 : history.lastId();
        long enteredId = history.add(
                enteredAt,
                HistoryEventType.entered(state),
                previous,
                new HistoryDetails.StateEntered(state.name(), input));
        return new Visit(state, input, context, variables, history, clock, random, enteredAt, enteredId);
    }

    /** Goes on with a state that was entered before the execution was redriven. */
    static Visit again(
            State state,
            HistoryEvent entered,
            ContextObject context,
            Variables variables,
            History history,
            LabClock clock,
            RandomGenerator random) {
        JsonNode input = ((HistoryDetails.StateEntered) entered.details()).input();
        return new Visit(state, input, context, variables, history, clock, random, entered.timestamp(), entered.id());
    }

    State state() {
        return state;
    }

    JsonNode input() {
        return input;
    }

    void record(HistoryEventType type, HistoryDetails details) throws HistoryFullException {
        var ignored = history.add(clock.instant(), type, details);
    }

    /** What the state's expressions see before it has a result. */
    Scope scope() {
        return Scope.of(input, context.in(state.name(), enteredAt), variables.snapshot(), clock.instant(), random);
    }

    /** What a task's expressions see in one of its attempts. */
    Scope scope(int retryCount) {
        ObjectNode attempt = context.in(state.name(), enteredAt, retryCount);
        return Scope.of(input, attempt, variables.snapshot(), clock.instant(), random);
    }

    JsonNode evaluate(String field, Template template, Scope scope) throws StateFailedException, HistoryFullException {
        try {
            return template.evaluate(field, scope);
        } catch (EvaluationException e) {
            throw evaluationFailed(e.field(), String.valueOf(e.getMessage()), history.idBeforeEntered(enteredId));
        }
    }

    /** Evaluates to a value of one type of JSON, or fails as AWS does. */
    JsonNode evaluate(String field, Template template, JsonNodeType type, Scope scope)
            throws StateFailedException, HistoryFullException {
        JsonNode value = evaluate(field, template, scope);
        if (value.getNodeType() != type && template instanceof Template.Computed(Expression expression)) {
            throw evaluationFailed(
                    field,
                    "%s returned an unexpected result type. Expected '%s', but was '%s' for value: %s"
                            .formatted(expression.about(field), name(type), name(value.getNodeType()), value),
                    history.idBeforeEntered(enteredId));
        }
        return value;
    }

    /** Evaluates to whole seconds, of which there are at least so many. */
    long seconds(String field, Template template, int least, Scope scope)
            throws StateFailedException, HistoryFullException {
        JsonNode value = evaluate(field, template, JsonNodeType.NUMBER, scope);
        if (!value.isIntegralNumber() || value.longValue() < least || value.longValue() > Limits.MAX_SECONDS) {
            throw evaluationFailed(
                    field,
                    "The %s field must be a whole number from %d to %d, but was: %s"
                            .formatted(field, least, Limits.MAX_SECONDS, value));
        }
        return value.longValue();
    }

    /** Notes that a field's value is of no use, and gives the failure to throw. */
    StateFailedException evaluationFailed(String field, String reason) throws HistoryFullException {
        return evaluationFailed(field, reason, history.lastId());
    }

    private StateFailedException evaluationFailed(String field, String reason, long previousEventId)
            throws HistoryFullException {
        String cause = because(reason);
        var ignored = history.add(
                clock.instant(),
                HistoryEventType.EVALUATION_FAILED,
                previousEventId,
                new HistoryDetails.EvaluationFailed(state.name(), ErrorNames.QUERY_EVALUATION_ERROR, cause, field));
        return new StateFailedException(ErrorNames.QUERY_EVALUATION_ERROR, cause);
    }

    /** A cause in AWS's words: which state, and why. */
    String because(String reason) {
        return "An error occurred while executing the state '%s' (entered at the event id #%d). %s"
                .formatted(state.name(), enteredId, reason);
    }

    /**
     * Leaves the state: evaluates what it hands over, sets the variables, and notes it.
     *
     * @param path where the handover stands in the state, such as {@code Catch[0]/}; empty for the state's own
     * @param output what the next state gets when the handover has no Output
     * @return what the next state gets
     */
    JsonNode leave(String path, Handover handover, Scope scope, JsonNode output)
            throws StateFailedException, HistoryFullException {
        Map<String, JsonNode> assigned = new LinkedHashMap<>();
        if (handover.assign() != null) {
            evaluate(path + "Assign", handover.assign(), scope)
                    .properties()
                    .forEach(variable -> assigned.put(variable.getKey(), variable.getValue()));
        }
        JsonNode given = handover.output() == null ? output : evaluate(path + "Output", handover.output(), scope);
        Payload.check(state.name(), given);
        variables.assign(state.name(), assigned);
        record(
                HistoryEventType.exited(state),
                new HistoryDetails.StateExited(state.name(), given, Map.copyOf(assigned)));
        return given;
    }

    private static String name(JsonNodeType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
