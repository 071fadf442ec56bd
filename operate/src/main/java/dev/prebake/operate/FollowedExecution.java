package dev.prebake.operate;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;

/**
 * An execution that was followed to its end.
 *
 * @param execution what came out of it
 * @param states the states that it entered, each once, in the order they were entered first
 * @param failedAttempts the attempts of states that failed on the way, oldest first
 */
public record FollowedExecution(
        @JsonUnwrapped Execution execution, List<String> states, List<Happening.AttemptFailed> failedAttempts) {}
