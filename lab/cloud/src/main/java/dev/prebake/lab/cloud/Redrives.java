package dev.prebake.lab.cloud;

import dev.prebake.lab.states.ExecutionStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Which executions can be redriven.
 *
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html">Redrive eligibility</a>
 */
record Redrives(InstantSource clock) {
    private static final Duration PERIOD = Duration.ofDays(14);
    /** Room for the event of redriving and one more. */
    private static final int MOST_EVENTS = 24_999;

    private static final int MOST_REDRIVES = 1000;

    /** Why an execution can't be redriven, in AWS's words; null when it can. */
    @Nullable String obstacle(StoredExecution execution, HistoryFile history) {
        if (execution.status() == ExecutionStatus.RUNNING || execution.status() == ExecutionStatus.SUCCEEDED) {
            return "Execution is " + execution.status() + " and cannot be redriven";
        }
        Instant stoppedAt = execution.stoppedAt();
        if (stoppedAt != null && clock.instant().isAfter(stoppedAt.plus(PERIOD))) {
            return "Execution redrivable period exceeded";
        }
        if (execution.redriveCount() >= MOST_REDRIVES) {
            return "Execution redrive limit of " + MOST_REDRIVES + " exceeded";
        }
        if (execution.revision() == null) {
            return "Execution was started before the launch of RedriveExecution";
        }
        return history.size() >= MOST_EVENTS ? "Execution history event limit exceeded" : null;
    }
}
