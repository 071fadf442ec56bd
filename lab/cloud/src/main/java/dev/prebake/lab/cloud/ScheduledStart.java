package dev.prebake.lab.cloud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;

/** What a schedule asks Step Functions for when it is due. */
final class ScheduledStart {
    private ScheduledStart() {}

    /** @param executionId the scheduler's own name for this invocation */
    static StartExecutionRequest request(StoredSchedule schedule, Firing firing, String executionId) {
        ScheduleTarget target = schedule.settings().target();
        String input = target.input() == null
                ? notification(schedule, firing, executionId)
                : withAttributes(target.input(), schedule, firing, executionId);
        if (!target.arn().equals(ScheduleTarget.UNIVERSAL)) {
            return StartExecutionRequest.builder()
                    .stateMachineArn(target.arn())
                    .input(input)
                    .build();
        }
        JsonNode request = read(input);
        return StartExecutionRequest.builder()
                .stateMachineArn(text(request, "StateMachineArn"))
                .name(text(request, "Name"))
                .input(text(request, "Input"))
                .traceHeader(text(request, "TraceHeader"))
                .build();
    }

    /**
     * Puts the values of context attributes in their places
     * (https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html).
     */
    private static String withAttributes(String input, StoredSchedule schedule, Firing firing, String executionId) {
        return input.replace("<aws.scheduler.schedule-arn>", schedule.arn())
                .replace("<aws.scheduler.scheduled-time>", time(firing.scheduledAt()))
                .replace("<aws.scheduler.execution-id>", executionId)
                .replace("<aws.scheduler.attempt-number>", Integer.toString(firing.attempt()));
    }

    /** What a target is given that has no input of its own. */
    private static String notification(StoredSchedule schedule, Firing firing, String executionId) {
        return write(Map.of(
                "version",
                "0",
                "id",
                executionId,
                "detail-type",
                "Scheduled Event",
                "source",
                "aws.scheduler",
                "account",
                Account.ID,
                "time",
                time(firing.scheduledAt()),
                "region",
                Account.REGION,
                "resources",
                List.of(schedule.arn()),
                "detail",
                "{}"));
    }

    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static @Nullable String text(JsonNode request, String member) {
        return request.path(member).textValue();
    }

    private static JsonNode read(String json) {
        try {
            return Json.mapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A universal target's input was checked, and isn't JSON: " + json, e);
        }
    }

    private static String write(Object value) {
        try {
            return Json.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Texts are JSON always.", e);
        }
    }
}
