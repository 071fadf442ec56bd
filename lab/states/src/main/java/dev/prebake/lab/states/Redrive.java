package dev.prebake.lab.states;

import java.time.Instant;
import java.util.List;

/**
 * How an execution comes to be run again after it ended without success.
 *
 * @param startedAt when it was started first, in lab time
 * @param at when it is redriven, in lab time
 * @param count how often it has been redriven with this time, from 1
 * @param past what had happened, oldest first
 */
public record Redrive(Instant startedAt, Instant at, int count, List<HistoryEvent> past) {
    public Redrive {
        past = List.copyOf(past);
    }
}
