package dev.prebake.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import dev.prebake.kernel.MalformedRequestException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.joda.time.DateTime;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a sweep goes by")
class SweepOrderTest {
    private static final String MACHINE = "arn:aws:states:eu-central-1:111122223333:stateMachine:prebake";

    @Test
    @DisplayName("is the event's time, and the workflow, cache and parameter of its detail")
    void reads() {
        SweepOrder order = SweepOrder.of(
                event(Map.of("stateMachineArn", MACHINE, "cacheName", "gpu", "parameterName", "/gpu/snapshot")));

        assertThat(order.now()).isEqualTo(Instant.parse("2026-11-24T05:00:00Z"));
        assertThat(order.executionArn("run-1"))
                .isEqualTo("arn:aws:states:eu-central-1:111122223333:execution:prebake:run-1");
        assertThat(order.cacheOf("{}")).isEqualTo("gpu");
        assertThat(order.parameterOf("{}")).isEqualTo("/gpu/snapshot");
    }

    @Test
    @DisplayName("follows an execution's own cache and parameter, as ApplyDefaults does")
    void inputOverrides() {
        SweepOrder order = SweepOrder.of(event(Map.of("stateMachineArn", MACHINE, "cacheName", "gpu")));

        assertThat(order.cacheOf("{\"cacheName\": \"other\"}")).isEqualTo("other");
        assertThat(order.parameterOf("{\"cacheName\": \"other\"}")).isEqualTo("/prebake/other/snapshot-id");
        assertThat(order.parameterOf("{\"parameterName\": \"/mine\"}")).isEqualTo("/mine");
        assertThat(order.parameterOf(null)).isEqualTo("/prebake/gpu/snapshot-id");
        assertThat(order.cacheOf("{\"cacheName\": 5}")).isEqualTo("gpu");
    }

    @Test
    @DisplayName("removes things unless its detail says that it is a dry run")
    void dryRun() {
        Map<String, Object> detail = Map.of("stateMachineArn", MACHINE, "cacheName", "gpu");
        assertThat(SweepOrder.of(event(detail)).dryRun()).isFalse();
        Map<String, Object> dry = new HashMap<>(detail);
        dry.put("dryRun", true);
        assertThat(SweepOrder.of(event(dry)).dryRun()).isTrue();
    }

    @Test
    @DisplayName("is refused where the event lacks it")
    void refuses() {
        assertThatThrownBy(() -> SweepOrder.of(event(Map.of("cacheName", "gpu"))))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageContaining("stateMachineArn");
        assertThatThrownBy(() -> SweepOrder.of(new ScheduledEvent())).isInstanceOf(MalformedRequestException.class);
    }

    private static ScheduledEvent event(Map<String, Object> detail) {
        ScheduledEvent event = new ScheduledEvent();
        event.setTime(DateTime.parse("2026-11-24T05:00:00Z"));
        event.setDetail(detail);
        return event;
    }
}
