package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What an expression can see.
 *
 * @param states the value of {@code $states}
 * @param variables what has been assigned so far, by name
 * @param now what {@code $now()} and {@code $millis()} tell
 */
record Scope(ObjectNode states, Map<String, JsonNode> variables, Instant now, RandomGenerator random) {

    /** The scope before a state has a result: its input and its context. */
    static Scope of(
            JsonNode input, JsonNode context, Map<String, JsonNode> variables, Instant now, RandomGenerator random) {
        ObjectNode states = JsonNodeFactory.instance.objectNode();
        states.set("input", input);
        states.set("context", context);
        return new Scope(states, variables, now, random);
    }

    /** This scope, with a further member of {@code $states}: {@code result} or {@code errorOutput}. */
    Scope with(String member, JsonNode value, Instant at) {
        ObjectNode states = JsonNodeFactory.instance.objectNode();
        states.setAll(this.states);
        states.set(member, value);
        return new Scope(states, variables, at, random);
    }
}
