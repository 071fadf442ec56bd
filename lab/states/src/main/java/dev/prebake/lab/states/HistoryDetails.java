package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an event says; the records stand for AWS's {@code …EventDetails} structures and have their fields.
 *
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html">HistoryEvent</a>
 */
public sealed interface HistoryDetails {

    /** Of ExecutionStarted. */
    record ExecutionStarted(JsonNode input, String roleArn) implements HistoryDetails {}

    /** Of ExecutionSucceeded. */
    record ExecutionSucceeded(JsonNode output) implements HistoryDetails {}

    /** Of ExecutionFailed, ExecutionTimedOut and ExecutionAborted; either may be unknown. */
    record ExecutionStopped(
            @Nullable String error, @Nullable String cause) implements HistoryDetails {}

    /**
     * Of ExecutionRedriven.
     *
     * @param redriveCount how often the execution has been redriven with this time, from 1
     */
    record ExecutionRedriven(int redriveCount) implements HistoryDetails {}

    /** Of every …StateEntered. */
    record StateEntered(String name, JsonNode input) implements HistoryDetails {}

    /**
     * Of every …StateExited.
     *
     * @param assignedVariables the variables that the state set, by name
     */
    record StateExited(String name, JsonNode output, Map<String, JsonNode> assignedVariables)
            implements HistoryDetails {}

    /**
     * Of TaskScheduled.
     *
     * @param resourceType the service, such as {@code lambda}
     * @param resource its action, such as {@code invoke}
     * @param parameters the task's arguments
     * @param timeoutInSeconds null for no limit
     */
    record TaskScheduled(
            String resourceType,
            String resource,
            String region,
            JsonNode parameters,
            @Nullable Long timeoutInSeconds) implements HistoryDetails {}

    /** Of TaskStarted. */
    record TaskStarted(String resourceType, String resource) implements HistoryDetails {}

    /** Of TaskSucceeded. */
    record TaskSucceeded(String resourceType, String resource, JsonNode output) implements HistoryDetails {}

    /** Of TaskFailed and TaskTimedOut. */
    record TaskFailed(
            String resourceType,
            String resource,
            String error,
            @Nullable String cause) implements HistoryDetails {}

    /**
     * Of EvaluationFailed.
     *
     * @param location the path of the field in the state, such as {@code Output/images[0]}
     */
    record EvaluationFailed(String state, String error, String cause, String location) implements HistoryDetails {}
}
