package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.prebake.lab.states.HistoryDetails;
import dev.prebake.lab.states.HistoryEvent;
import dev.prebake.lab.states.HistoryEventType;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The view of a workflow")
class WorkflowViewTest {
    private static final String ERASE_LINE = "\r\u001b[2K";

    private final StringWriter shown = new StringWriter();
    private Duration elapsed = Duration.ZERO;
    private Duration skipped = Duration.ZERO;

    @Test
    @DisplayName("has a line for each state that does work, once, with the time since the start")
    void states() {
        WorkflowView view = view(false);

        enter(view, HistoryEventType.PASS_STATE_ENTERED, "ApplyDefaults");
        elapsed = Duration.ofMillis(140);
        enter(view, HistoryEventType.TASK_STATE_ENTERED, "PlanBake");
        enter(view, HistoryEventType.CHOICE_STATE_ENTERED, "IsBaked");
        elapsed = Duration.ofSeconds(83);
        enter(view, HistoryEventType.TASK_STATE_ENTERED, "AwaitBake");
        enter(view, HistoryEventType.WAIT_STATE_ENTERED, "WaitForBake");
        enter(view, HistoryEventType.TASK_STATE_ENTERED, "AwaitBake");

        assertThat(shown.toString().lines()).containsExactly("    0.1 s  PlanBake", "   83.0 s  AwaitBake");
        assertThat(view.passed()).containsExactly("ApplyDefaults", "PlanBake", "IsBaked", "AwaitBake", "WaitForBake");
    }

    @Test
    @DisplayName("shows a failed attempt by the error's short name")
    void failedAttempt() {
        WorkflowView view = view(false);

        view.happened(event(
                HistoryEventType.TASK_FAILED,
                new HistoryDetails.TaskFailed(
                        "lambda", "invoke", "dev.prebake.plan.RegistryUnavailableException", "{}")));

        assertThat(shown.toString().lines()).containsExactly("           RegistryUnavailableException, see the end");
    }

    @Test
    @DisplayName("says modelled waiting that was passed over from a minute on, each part once")
    void passedOver() {
        WorkflowView view = view(false);

        skipped = Duration.ofSeconds(59);
        enter(view, HistoryEventType.WAIT_STATE_ENTERED, "WaitForSnapshot");
        skipped = Duration.ofSeconds(59).plus(Duration.ofMinutes(3)).plusSeconds(20);
        enter(view, HistoryEventType.TASK_STATE_ENTERED, "PublishSnapshot");
        enter(view, HistoryEventType.TASK_STATE_ENTERED, "RetireSnapshots");

        assertThat(shown.toString().lines())
                .containsExactly(
                        "           (passed over 3 min 20 s of modelled waiting)",
                        "    0.0 s  PublishSnapshot",
                        "    0.0 s  RetireSnapshots");
    }

    @Test
    @DisplayName("replaces the progress of a bake on a terminal, and clears it before the next line")
    void progressOnTerminal() {
        WorkflowView view = view(true);

        view.progress(progress(0));
        view.progress(progress(50));
        enter(view, HistoryEventType.TASK_STATE_ENTERED, "CreateSnapshot");
        enter(view, HistoryEventType.TASK_STATE_ENTERED, "PublishSnapshot");

        assertThat(shown)
                .hasToString(ERASE_LINE
                        + "    0.0 s  [------------------------------] 0 %  0 B of 100 B  pull app:1"
                        + ERASE_LINE
                        + "    0.0 s  [###############---------------] 50 %  50 B of 100 B  pull app:1"
                        + ERASE_LINE
                        + "    0.0 s  CreateSnapshot\n"
                        + "    0.0 s  PublishSnapshot\n");
    }

    @Test
    @DisplayName("says how long the bake still takes at its first sight, at its pace since StartBake")
    void timeLeft() {
        WorkflowView view = view(false);

        elapsed = Duration.ofSeconds(10);
        view.happened(event(
                HistoryEventType.TASK_STATE_EXITED,
                new HistoryDetails.StateExited("StartBake", NullNode.getInstance(), Map.of())));
        elapsed = Duration.ofSeconds(12);
        view.progress(progress(25));
        elapsed = Duration.ofSeconds(18);
        view.progress(progress(100));

        assertThat(shown.toString().lines())
                .containsExactly(
                        "   12.0 s    25 %  about 6 s left  25 B of 100 B  pull app:1",
                        "   18.0 s    100 %  100 B of 100 B  pull app:1");
    }

    @Test
    @DisplayName("keeps a line of progress each twenty percent elsewhere, without a terminal's codes")
    void progressElsewhere() {
        WorkflowView view = view(false);

        for (int percent : new int[] {0, 1, 19, 20, 39, 45, 64, 65, 100, 100}) {
            view.progress(progress(percent));
        }

        assertThat(shown.toString().lines())
                .containsExactly(
                        "    0.0 s    0 %  0 B of 100 B  pull app:1",
                        "    0.0 s    20 %  20 B of 100 B  pull app:1",
                        "    0.0 s    45 %  45 B of 100 B  pull app:1",
                        "    0.0 s    65 %  65 B of 100 B  pull app:1",
                        "    0.0 s    100 %  100 B of 100 B  pull app:1");
    }

    @Test
    @DisplayName("passes over what a bake says besides")
    void otherLines() {
        WorkflowView view = view(true);

        view.progress("meta-data=/dev/nvme1n1");

        assertThat(shown.toString()).isEmpty();
    }

    private WorkflowView view(boolean interactive) {
        return new WorkflowView(new Terminal(new PrintWriter(shown), interactive, 120), () -> elapsed, () -> skipped);
    }

    private static String progress(int percent) {
        return "{\"phase\":\"pull\",\"image\":\"app:1\",\"doneBytes\":" + percent + ",\"totalBytes\":100}";
    }

    private static void enter(WorkflowView view, HistoryEventType type, String name) {
        view.happened(event(type, new HistoryDetails.StateEntered(name, NullNode.getInstance())));
    }

    private static HistoryEvent event(HistoryEventType type, HistoryDetails details) {
        return new HistoryEvent(2, 1, Instant.EPOCH, type, details);
    }
}
