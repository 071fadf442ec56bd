package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * Where a state led.
 *
 * @param next null at the execution's end
 * @param output what the next state gets, or the execution gives
 */
record Transition(@Nullable String next, JsonNode output) {}
