package dev.prebake.lab.states;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A definition that has been read and found sound: every state is reachable, every transition leads somewhere, and
 * every expression compiles.
 *
 * @param startAt the name of the first state
 * @param timeout how long an execution may take; null for no limit
 * @param states the states by name, in the order of the definition
 */
public record StateMachine(String startAt, @Nullable Duration timeout, Map<String, State> states) {

    /**
     * Reads a definition in the Amazon States Language.
     *
     * @throws InvalidDefinitionException with all that is wrong, when anything is; also for constructs that are sound
     *     on AWS and unknown here, by their names
     */
    public static StateMachine parse(String json) {
        return new DefinitionParser().parse(json);
    }

    /** The state of a name that the definition has. */
    public State state(String name) {
        State state = states.get(name);
        if (state == null) {
            throw new IllegalArgumentException("No state '" + name + "' in the definition; it has " + states.keySet());
        }
        return state;
    }
}
