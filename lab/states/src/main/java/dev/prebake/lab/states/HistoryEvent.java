package dev.prebake.lab.states;

import java.time.Instant;

/**
 * Something that happened in an execution, as AWS Step Functions records it.
 *
 * @param id counted from 1
 * @param previousEventId the event that led to this one; 0 for none
 * @param timestamp in lab time, to the millisecond
 */
public record HistoryEvent(
        long id, long previousEventId, Instant timestamp, HistoryEventType type, HistoryDetails details) {}
