package dev.prebake.lab.states;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.prebake.lab.clock.LabClock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
@DisplayName("An execution ends, whatever breaks:")
class BrokenExecutionTest {
    private static final String TASK = Tests.definition("T", """
            "T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {}, "End": true}""");

    private final LabClock clock = LabClock.frozenAt(Tests.START);

    @ParameterizedTest
    @EnumSource(
            value = HistoryEventType.class,
            names = {"EXECUTION_STARTED", "TASK_STATE_ENTERED", "TASK_STARTED", "TASK_SUCCEEDED", "TASK_STATE_EXITED"})
    @DisplayName("a listener that throws ends the execution, and the cause says where and what")
    void listenerThrows(HistoryEventType when) throws Exception {
        Execution execution = listenedTo(event -> {
            if (event.type() == when) {
                throw new IllegalStateException("no room on the disk");
            }
        });

        ExecutionOutcome outcome = execution.run();

        assertThat(execution.status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(outcome.error()).isEqualTo("States.Runtime");
        assertThat(outcome.cause())
                .startsWith(when == HistoryEventType.EXECUTION_STARTED ? "ExecutionStarted: " : "T: ")
                .contains("IllegalStateException: no room on the disk at dev.prebake.lab.states.BrokenExecutionTest")
                .contains("report it");
        assertThat(execution.history().getLast().type()).isEqualTo(HistoryEventType.EXECUTION_FAILED);
        // With anything left that counts as running, this one would wait for ever.
        clock.sleep(Duration.ofHours(1));
    }

    @Test
    @DisplayName("a listener that throws at the execution's end doesn't change that")
    void listenerThrowsAtEnd() {
        Execution execution = listenedTo(event -> {
            if (event.type().isLast()) {
                throw new IllegalStateException("no room on the disk");
            }
        });

        assertThat(execution.run().status()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(execution.history().getLast().type()).isEqualTo(HistoryEventType.EXECUTION_SUCCEEDED);
    }

    @Test
    @DisplayName("an error of the interpreter ends the execution, and wakes who waits for its end")
    void interpreterBreaks() throws Exception {
        var entered = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        Execution execution = listenedTo(event -> {
            if (event.type() == HistoryEventType.TASK_STATE_ENTERED) {
                entered.countDown();
                awaitUninterruptibly(go);
                throw new StackOverflowError();
            }
        });
        var running = new FutureTask<>(execution::run);
        Thread.ofPlatform().daemon().start(running);
        entered.await();
        var aborter = new FutureTask<>(() -> execution.abort(null, null));
        Thread waiting = Thread.ofPlatform().daemon().start(aborter);
        while (waiting.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }

        go.countDown();

        assertThat(aborter.get()).isFalse();
        assertThat(running.get().error()).isEqualTo("States.Runtime");
        assertThat(running.get().cause()).contains("StackOverflowError");
    }

    @Test
    @DisplayName("an Error of a task fails the task as States.TaskFailed")
    void taskError() {
        ExecutionOutcome outcome = Tests.start(TASK, "{}", clock, (resource, arguments, context) -> {
                    throw new OutOfMemoryError("Java heap space");
                })
                .run();

        assertThat(outcome.error()).isEqualTo("States.TaskFailed");
        assertThat(outcome.cause()).isEqualTo("java.lang.OutOfMemoryError: Java heap space");
    }

    @Test
    @DisplayName("a task that gives no result at all ends the execution with States.Runtime")
    @SuppressWarnings("NullAway")
    void noResult() {
        ExecutionOutcome outcome = Tests.start(TASK, "{}", clock, (resource, arguments, context) -> null)
                .run();

        assertThat(outcome.error()).isEqualTo("States.Runtime");
        assertThat(outcome.cause()).startsWith("T: ").contains("NullPointerException");
    }

    private Execution listenedTo(HistoryListener listener) {
        return new Interpreter(clock, (resource, arguments, context) -> NullNode.instance, new Random(1))
                .start(StateMachine.parse(TASK), Tests.IDENTITY, Tests.json("{}"), listener);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
