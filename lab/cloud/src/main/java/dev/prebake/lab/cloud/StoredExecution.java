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
 */
record StoredExecution(
        String name,
        JsonNode input,
        ExecutionStatus status,
        @Nullable JsonNode output,
        @Nullable String error,
        @Nullable String cause,
        Instant startedAt,
        @Nullable Instant stoppedAt) {
    StoredExecution lost() {
        return new StoredExecution(
                name,
                input,
                ExecutionStatus.ABORTED,
                null,
                "Lab.Killed",
                "The lab was killed while the execution ran.",
                startedAt,
                startedAt);
    }
}
