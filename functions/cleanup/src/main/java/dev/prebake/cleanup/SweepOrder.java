package dev.prebake.cleanup;

import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.prebake.kernel.Json;
import dev.prebake.kernel.MalformedRequestException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a sweep goes by; the schedule's event has it in its {@code detail}, under these names.
 *
 * @param stateMachineArn the workflow whose executions' leftovers are swept, and no others'
 * @param cacheName the cache that its executions have by default
 * @param parameterName the parameter that they publish in by default; absent when that goes by the cache's name
 * @param now the event's time
 * @param dryRun whether nothing is removed, only said what would be
 */
record SweepOrder(
        String stateMachineArn, String cacheName, @Nullable String parameterName, Instant now, boolean dryRun) {
    /** How long an execution must have ended: a function that it called may still run for a moment. */
    static final Duration GRACE = Duration.ofMinutes(10);

    /**
     * Reads it.
     *
     * @throws MalformedRequestException when the event has no time, or lacks what it needs in its detail
     */
    static SweepOrder of(ScheduledEvent event) {
        Map<String, Object> detail = event.getDetail() == null ? Map.of() : event.getDetail();
        if (event.getTime() == null
                || !(detail.get("stateMachineArn") instanceof String stateMachineArn)
                || !(detail.get("cacheName") instanceof String cacheName)) {
            throw new MalformedRequestException(
                    "Reading the schedule's event failed: it has no time, or no stateMachineArn and cacheName in its detail: "
                            + detail + ". Deploy the stack again, whose rule gives them.",
                    null);
        }
        return new SweepOrder(
                stateMachineArn,
                cacheName,
                detail.get("parameterName") instanceof String parameterName ? parameterName : null,
                Instant.ofEpochMilli(event.getTime().getMillis()),
                Boolean.TRUE.equals(detail.get("dryRun")));
    }

    /** The ARN of an execution by its name. */
    String executionArn(String execution) {
        return stateMachineArn.replace(":stateMachine:", ":execution:") + ":" + execution;
    }

    /** The cache of an execution with an input: a field of the input overrides the deployment's default. */
    String cacheOf(@Nullable String input) {
        JsonNode given = field(input, "cacheName");
        return given.isTextual() ? given.asText() : cacheName;
    }

    /** The parameter that an execution with an input publishes in. */
    String parameterOf(@Nullable String input) {
        JsonNode given = field(input, "parameterName");
        if (given.isTextual()) {
            return given.asText();
        }
        return parameterName == null ? "/prebake/" + cacheOf(input) + "/snapshot-id" : parameterName;
    }

    private static JsonNode field(@Nullable String input, String name) {
        try {
            return input == null
                    ? MissingNode.getInstance()
                    : Json.mapper().readTree(input).path(name);
        } catch (IOException e) {
            // Step Functions takes no input that isn't JSON.
            return MissingNode.getInstance();
        }
    }
}
