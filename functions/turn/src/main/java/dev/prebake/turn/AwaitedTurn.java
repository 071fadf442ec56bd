package dev.prebake.turn;

import org.jspecify.annotations.Nullable;

/**
 * What AwaitTurn answers.
 *
 * @param done whether it is the execution's turn
 * @param waitSeconds when to ask again, in seconds; absent when done
 * @param turn the place in the line; absent while SSM doesn't show it yet
 */
public record AwaitedTurn(
        boolean done,
        @Nullable Integer waitSeconds,
        @Nullable Turn turn) {}
