package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an execution stands after what has happened so far.
 *
 * @param next the state to carry out next; null when the last one has been left
 * @param unfinished the event of entering that state, when it was entered and not left; null when it is to be entered
 * @param data that state's input, or what the last one gave
 * @param variables what has been assigned by then
 */
record StandingPoint(
        @Nullable String next, @Nullable HistoryEvent unfinished, JsonNode data, Map<String, JsonNode> variables) {

    /** @param past oldest first; empty for an execution that is about to start */
    static StandingPoint after(List<HistoryEvent> past, StateMachine machine, JsonNode input) {
        Map<String, JsonNode> variables = new HashMap<>();
        StandingPoint point = new StandingPoint(machine.startAt(), null, input, Map.of());
        HistoryEvent previous = null;
        for (HistoryEvent event : past) {
            if (event.details() instanceof HistoryDetails.StateEntered entered) {
                point = new StandingPoint(entered.name(), event, entered.input(), Map.copyOf(variables));
            } else if (event.details() instanceof HistoryDetails.StateExited exited) {
                boolean succeeded = previous != null && previous.type() == HistoryEventType.TASK_SUCCEEDED;
                State state = machine.state(exited.name());
                if (isKnown(state, succeeded)) {
                    variables.putAll(exited.assignedVariables());
                    point = new StandingPoint(next(state), null, exited.output(), Map.copyOf(variables));
                } else {
                    // Nothing tells which way it left. When it ended right here, the state is gone through again.
                    variables.putAll(exited.assignedVariables());
                }
            }
            previous = event;
        }
        return point;
    }

    /** Whether there is one way only that a state can have been left. */
    private static boolean isKnown(State state, boolean succeeded) {
        return switch (state) {
            case State.TaskState task -> succeeded || task.catchers().isEmpty();
            case State.ChoiceState choice -> choice.rules().isEmpty();
            case State.PassState pass -> true;
            case State.WaitState wait -> true;
            case State.SucceedState succeed -> true;
            case State.FailState fail -> true;
        };
    }

    private static @Nullable String next(State state) {
        return switch (state) {
            case State.TaskState task -> task.next();
            case State.PassState pass -> pass.next();
            case State.WaitState wait -> wait.next();
            case State.ChoiceState choice -> choice.defaultNext();
            case State.SucceedState succeed -> null;
            case State.FailState fail -> null;
        };
    }
}
