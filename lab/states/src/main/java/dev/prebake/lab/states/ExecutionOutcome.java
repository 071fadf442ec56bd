package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an execution ended.
 *
 * @param status anything but RUNNING
 * @param output what it gave; null unless it SUCCEEDED
 * @param error the error's name; null when there is none or it has none
 * @param cause the error's cause, likewise
 * @param startedAt in lab time, to the millisecond
 * @param stoppedAt likewise
 */
public record ExecutionOutcome(
        ExecutionStatus status,
        @Nullable JsonNode output,
        @Nullable String error,
        @Nullable String cause,
        Instant startedAt,
        Instant stoppedAt) {}
