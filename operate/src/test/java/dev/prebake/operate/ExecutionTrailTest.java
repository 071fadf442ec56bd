package dev.prebake.operate;

import static dev.prebake.operate.Histories.START;
import static dev.prebake.operate.Histories.entered;
import static dev.prebake.operate.Histories.event;
import static dev.prebake.operate.Histories.exited;
import static dev.prebake.operate.Histories.failed;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;

@DisplayName("An execution's trail")
class ExecutionTrailTest {
    private final ExecutionTrail trail = new ExecutionTrail();

    @Test
    @DisplayName("tells of each state that works once, however often it asks, and keeps all that were entered")
    void states() {
        List<Happening> told = trail.add(List.of(
                entered(2, 1, "AwaitBuilder"),
                entered(3, 2, "IsBuilderReady"),
                entered(4, 3, "WaitForBuilder"),
                entered(5, 9, "AwaitBuilder")));

        assertThat(told).containsExactly(new Happening.Entered(START.plusSeconds(1), "AwaitBuilder"));
        assertThat(trail.states()).containsExactly("AwaitBuilder", "IsBuilderReady", "WaitForBuilder");
    }

    @Test
    @DisplayName("tells of each failed attempt with its state and the message out of Lambda's JSON")
    void attempts() {
        List<Happening> told = trail.add(List.of(
                entered(2, 0, "PlanBake"),
                failed(
                        3,
                        1,
                        "dev.prebake.plan.RegistryUnavailableException",
                        "{\"errorMessage\":\"No answer.\",\"stackTrace\":[\"x\"]}"),
                failed(4, 2, "Lambda.Unknown", "no JSON")));

        assertThat(told)
                .endsWith(
                        new Happening.AttemptFailed(
                                START.plusSeconds(1),
                                "PlanBake",
                                "dev.prebake.plan.RegistryUnavailableException",
                                "No answer."),
                        new Happening.AttemptFailed(START.plusSeconds(2), "PlanBake", "Lambda.Unknown", "no JSON"));
        assertThat(trail.failedAttempts())
                .extracting(Happening.AttemptFailed::shortError)
                .containsExactly("RegistryUnavailableException", "Unknown");
    }

    @Test
    @DisplayName("says how long the bake still takes from the first look on, at its pace since it was started")
    void pace() {
        List<Happening> told = trail.add(List.of(
                exited(2, 10, "StartBake", "{}"),
                exited(3, 20, "AwaitBake", progress(200, 1000)),
                exited(4, 30, "AwaitBake", progress(1000, 1000))));

        assertThat(told)
                .extracting(happening -> ((Happening.Baking) happening).left())
                .containsExactly(Duration.ofSeconds(40), null);
    }

    @Test
    @DisplayName("takes a bake that is started again for another one")
    void paceAfterRedrive() {
        List<Happening> told = trail.add(List.of(
                exited(2, 0, "StartBake", "{}"),
                exited(3, 100, "AwaitBake", progress(100, 1000)),
                exited(4, 200, "StartBake", "{}"),
                exited(5, 210, "AwaitBake", progress(500, 1000))));

        assertThat(told)
                .extracting(happening -> ((Happening.Baking) happening).left())
                .containsExactly(Duration.ofSeconds(900), Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "AwaitSnapshot | {\"done\":false,\"progressPercent\":40} | snapshot 40 %",
                "AwaitFastRestore | {\"done\":false,\"zones\":{\"b\":\"optimizing\",\"a\":\"enabled\"}} | a enabled, b optimizing",
                "AwaitTurn | {\"done\":false,\"turn\":{\"ahead\":[{},{}]}} | 2 other executions of this cache go first",
                "AwaitTurn | {\"done\":false,\"turn\":{\"ahead\":[{}]}} | another execution of this cache goes first"
            })
    @DisplayName("says what a state waits for")
    void waits(String state, String output, String words) {
        assertThat(trail.add(List.of(exited(2, 5, state, output))))
                .containsExactly(new Happening.Waiting(START.plusSeconds(5), state, words));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "AwaitBake | {\"done\":true}",
                "AwaitBake | {\"done\":false,\"waitSeconds\":5}",
                "AwaitBake | {\"done\":false,\"progress\":",
                "AwaitSnapshot | {\"done\":false}",
                "AwaitTurn | {\"done\":false}",
                "PlanBake | {\"images\":[]}"
            })
    @DisplayName("has nothing to tell of an output that says nothing, or is cut off")
    void nothing(String state, String output) {
        assertThat(trail.add(List.of(exited(2, 5, state, output)))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = HistoryEventType.class,
            names = {"EXECUTION_SUCCEEDED", "EXECUTION_FAILED", "EXECUTION_TIMED_OUT", "EXECUTION_ABORTED"})
    @DisplayName("has ended at its last event, and goes on after a redrive")
    void ends(HistoryEventType end) {
        trail.add(List.of(event(2, 5, end)));
        assertThat(trail.hasEnded()).isTrue();

        assertThat(trail.add(List.of(event(3, 9, HistoryEventType.EXECUTION_REDRIVEN))))
                .containsExactly(new Happening.Redriven(START.plusSeconds(9)));
        assertThat(trail.hasEnded()).isFalse();
    }

    private static String progress(long done, long total) {
        return "{\"done\":false,\"progress\":{\"phase\":\"pull\",\"doneBytes\":" + done + ",\"totalBytes\":" + total
                + "}}";
    }
}
