package dev.prebake.lab.states;

import java.util.List;
import java.util.Set;

/**
 * The errors that the language itself reports, and which names match them.
 *
 * @see <a href="https://states-language.net/spec.html#appendix-a">the specification's list</a>
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html">AWS's list</a>
 */
final class ErrorNames {
    static final String ALL = "States.ALL";
    static final String DATA_LIMIT_EXCEEDED = "States.DataLimitExceeded";
    static final String HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout";
    static final String NO_CHOICE_MATCHED = "States.NoChoiceMatched";
    static final String QUERY_EVALUATION_ERROR = "States.QueryEvaluationError";
    static final String RUNTIME = "States.Runtime";
    static final String TASK_FAILED = "States.TaskFailed";
    static final String TIMEOUT = "States.Timeout";

    /** Every name with the reserved prefix that a Retry or Catch may use. */
    static final Set<String> PREDEFINED = Set.of(
            ALL,
            DATA_LIMIT_EXCEEDED,
            HEARTBEAT_TIMEOUT,
            NO_CHOICE_MATCHED,
            QUERY_EVALUATION_ERROR,
            RUNTIME,
            TASK_FAILED,
            TIMEOUT,
            "States.BranchFailed",
            "States.ExceedToleratedFailureThreshold",
            "States.Http.Socket",
            "States.IntrinsicFailure",
            "States.ItemReaderFailed",
            "States.ParameterPathFailure",
            "States.Permissions",
            "States.ResultPathMatchFailure",
            "States.ResultWriterFailed");

    private ErrorNames() {}

    /** Whether any of a Retry's or Catch's names stands for an error. */
    static boolean match(List<String> names, String error) {
        return names.stream().anyMatch(name -> matches(name, error));
    }

    private static boolean matches(String name, String error) {
        // By AWS's documentation these two end an execution unless they are named themselves.
        boolean onlyByName = error.equals(DATA_LIMIT_EXCEEDED) || error.equals(RUNTIME);
        return switch (name) {
            case ALL -> !onlyByName;
            case TASK_FAILED -> !onlyByName && !error.equals(TIMEOUT);
            case TIMEOUT -> error.equals(TIMEOUT) || error.equals(HEARTBEAT_TIMEOUT);
            default -> name.equals(error);
        };
    }
}
