package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.infra.Synthesis;
import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.cloud.Serving;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.states.HistoryDetails;
import dev.prebake.lab.states.HistoryEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.scheduler.model.CreateScheduleRequest;
import software.amazon.awssdk.services.scheduler.model.FlexibleTimeWindow;
import software.amazon.awssdk.services.scheduler.model.Target;

/** The members of the stack's resource are the request's: CloudFormation makes one of the other. */
@DisplayName("The stack's schedule")
class StackScheduleTest {
    @TempDir
    private Path folder;

    @Test
    @DisplayName("starts executions with an empty input in the lab, too")
    void starts() throws Exception {
        JsonNode schedule = schedule(
                Map.of("images", List.of("public.ecr.aws/docker/library/busybox:1"), "schedule", "rate(1 day)"));
        BlockingQueue<HistoryDetails.ExecutionStarted> started = new LinkedBlockingQueue<>();
        LabObserver observer = new LabObserver() {
            @Override
            public void happened(HistoryEvent event) {
                if (event.details() instanceof HistoryDetails.ExecutionStarted first) {
                    started.add(first);
                }
            }

            @Override
            public void progress(String line) {
                // Nothing is baked: there are no images.
            }
        };
        try (Lab lab = Lab.serve(
                DataPlanes.detect(folder.resolve("home")).openDirectories(),
                observer,
                new Serving(0, List.of(), (call, next) -> next.get(), null, null))) {
            assertThat(schedule.path("Target").path("Arn").path("Ref").asText())
                    .startsWith(RolesOfTemplate.STATE_MACHINE);

            var ignored = lab.scheduler()
                    .createSchedule(CreateScheduleRequest.builder()
                            .name("stack")
                            .description(schedule.path("Description").asText())
                            .scheduleExpression(
                                    schedule.path("ScheduleExpression").asText())
                            .scheduleExpressionTimezone(
                                    schedule.path("ScheduleExpressionTimezone").asText())
                            .flexibleTimeWindow(FlexibleTimeWindow.builder()
                                    .mode(schedule.path("FlexibleTimeWindow")
                                            .path("Mode")
                                            .asText())
                                    .build())
                            .target(Target.builder()
                                    .arn(lab.stateMachineArn())
                                    .roleArn("arn:aws:iam::123456789012:role/schedule")
                                    .input(schedule.path("Target").path("Input").asText())
                                    .build())
                            .build());

            assertThat(started.take().input()).isEmpty();
        }
    }

    private JsonNode schedule(Map<String, Object> properties) {
        return StreamSupport.stream(
                        Synthesis.of(folder.resolve("synthesis"), properties)
                                .resources()
                                .spliterator(),
                        false)
                .filter(resource -> resource.path("Type").asText().equals("AWS::Scheduler::Schedule"))
                .findFirst()
                .orElseThrow()
                .path("Properties");
    }
}
