package dev.prebake.turn;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What AwaitTurn is handed.
 *
 * @param cacheName name of the cache
 * @param executionArn ARN of the execution that waits
 * @param redrives how often it was redriven
 * @param turn what AwaitTurn answered last time; absent at first
 * @param plannedAt when the plan was made, after which it waits
 * @param now when AwaitTurn was entered
 */
public record AwaitTurnRequest(
        String cacheName,
        String executionArn,
        int redrives,
        @Nullable Turn turn,
        Instant plannedAt,
        Instant now) {
    /** The execution's name. */
    String execution() {
        return executionArn.substring(executionArn.lastIndexOf(':') + 1);
    }

    /** The parameter in whose history the cache's executions stand in line. */
    String parameterName() {
        return "/prebake/" + cacheName + "/turns";
    }
}
