package dev.prebake.turn;

/**
 * An execution that took its ticket earlier.
 *
 * @param execution its name
 * @param redrives how often it had been redriven by then: redriven again, it takes a new ticket
 */
public record Predecessor(String execution, int redrives) {}
