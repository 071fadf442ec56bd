package dev.prebake.lab.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.states.ExecutionStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An execution as the lab keeps it from run to run.
 *
 * @param name its name
 * @param input what it was started with
 * @param status its status
 * @param output what it gave; absent unless it succeeded
 * @param error the error that ended it; absent unless one did
 * @param cause that error in words; likewise
 * @param startedAt when it started, in lab time
 * @param stoppedAt when it ended, in lab time; absent while it runs
 * @param revision what its state machine was when it started; absent when an older lab wrote this
 * @param redrives how often it was redriven; absent for never
 * @param redrivenAt when it was redriven last, in lab time
 */
record StoredExecution(
        String name,
        JsonNode input,
        ExecutionStatus status,
        @Nullable JsonNode output,
        @Nullable String error,
        @Nullable String cause,
        Instant startedAt,
        @Nullable Instant stoppedAt,
        @Nullable MachineRevision revision,
        @Nullable Integer redrives,
        @Nullable Instant redrivenAt) {

    StoredExecution ended(
            ExecutionStatus end,
            @Nullable JsonNode given,
            @Nullable String endError,
            @Nullable String endCause,
            Instant at) {
        return new StoredExecution(
                name, input, end, given, endError, endCause, startedAt, at, revision, redrives, redrivenAt);
    }

    /** The same, running again. */
    StoredExecution redriven(Instant at) {
        return new StoredExecution(
                name,
                input,
                ExecutionStatus.RUNNING,
                null,
                null,
                null,
                startedAt,
                null,
                revision,
                redriveCount() + 1,
                at);
    }

    int redriveCount() {
        return redrives == null ? 0 : redrives;
    }
}
