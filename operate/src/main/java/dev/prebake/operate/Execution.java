package dev.prebake.operate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Json;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;

/**
 * An execution and what came out of it.
 *
 * @param executionArn its ARN
 * @param name its name
 * @param status Step Functions' status: RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED
 * @param startedAt when it was started
 * @param stoppedAt when it ended; absent while it runs
 * @param seconds how long it took; absent while it runs
 * @param snapshotId the snapshot that was published when it had succeeded; absent before
 * @param parameterName the SSM parameter with the snapshot's ID; absent before
 * @param reused whether the content was there already, so that nothing was baked; absent before
 * @param superseded whether a snapshot stayed published that had been planned later than this execution's; absent before
 * @param error name of its error; absent unless it failed
 * @param cause its error's words; absent unless it failed
 */
public record Execution(
        String executionArn,
        String name,
        String status,
        Instant startedAt,
        @Nullable Instant stoppedAt,
        @Nullable Double seconds,
        @Nullable String snapshotId,
        @Nullable String parameterName,
        @Nullable Boolean reused,
        @Nullable Boolean superseded,
        @Nullable String error,
        @Nullable String cause) {
    private static final double MILLIS = 1000.0;

    /** The execution as Step Functions describes it. */
    static Execution of(DescribeExecutionResponse described) {
        JsonNode output = output(described);
        JsonNode published = output.path("published");
        boolean hasPublished = published.isObject();
        return new Execution(
                described.executionArn(),
                described.name(),
                described.statusAsString(),
                described.startDate(),
                described.stopDate(),
                described.stopDate() == null
                        ? null
                        : Duration.between(described.startDate(), described.stopDate())
                                        .toMillis()
                                / MILLIS,
                hasPublished ? published.path("snapshotId").textValue() : null,
                hasPublished ? published.path("parameterName").textValue() : null,
                hasPublished ? output.path("reused").asBoolean() : null,
                hasPublished ? published.hasNonNull("newer") : null,
                described.error(),
                described.cause());
    }

    /** Whether it hasn't ended. */
    @JsonIgnore
    public boolean isRunning() {
        return status.equals("RUNNING");
    }

    /** Whether it has ended well. */
    public boolean hasSucceeded() {
        return status.equals("SUCCEEDED");
    }

    /** Its error's name without the package; its status where it has none. */
    public String shortError() {
        return error == null ? status : error.substring(error.lastIndexOf('.') + 1);
    }

    private static JsonNode output(DescribeExecutionResponse described) {
        try {
            return described.output() == null
                    ? Json.mapper().missingNode()
                    : Json.mapper().readTree(described.output());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "Step Functions gave an output that is no JSON, of " + described.executionArn(), e);
        }
    }
}
