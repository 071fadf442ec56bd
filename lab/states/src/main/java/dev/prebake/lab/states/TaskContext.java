package dev.prebake.lab.states;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The circumstances of one attempt at a task.
 *
 * @param execution whose task it is
 * @param stateName the state that it is an attempt at
 * @param retryCount how many attempts came before, in this visit of the state
 * @param timeout how much lab time the attempt has; null for no limit
 */
public record TaskContext(
        ExecutionIdentity execution,
        String stateName,
        int retryCount,
        @Nullable Duration timeout) {}
