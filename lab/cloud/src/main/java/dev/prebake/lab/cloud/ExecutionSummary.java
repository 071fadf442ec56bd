package dev.prebake.lab.cloud;

import dev.prebake.lab.states.ExecutionStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What lists of executions say of one; see {@link StoredExecution}. */
record ExecutionSummary(
        String name,
        ExecutionStatus status,
        Instant startedAt,
        @Nullable Instant stoppedAt,
        int redriveCount,
        @Nullable Instant redrivenAt) {
    static ExecutionSummary of(StoredExecution execution) {
        return new ExecutionSummary(
                execution.name(),
                execution.status(),
                execution.startedAt(),
                execution.stoppedAt(),
                execution.redriveCount(),
                execution.redrivenAt());
    }
}
