package dev.prebake.lab.states;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.prebake.lab.clock.LabClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExecutionTest {
    private static final String WAIT =
            Tests.definition("W", "\"W\": {\"Type\": \"Wait\", \"Seconds\": 3600, \"End\": true}");
    private static final String TASK = Tests.definition("T", """
            "T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {}, "End": true}""");

    private final LabClock clock = LabClock.frozenAt(Tests.START);
    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    @DisplayName("an hour's wait on the machine's clock ends at once, and the history shows the hour")
    void waitsAreSkipped() {
        LabClock real = new LabClock();
        Execution execution = Tests.start(WAIT, "{}", real, (resource, arguments, context) -> NullNode.instance);

        ExecutionOutcome outcome = execution.run();

        assertThat(outcome.status()).isEqualTo(ExecutionStatus.SUCCEEDED);
        List<HistoryEvent> history = execution.history();
        assertThat(Duration.between(history.get(1).timestamp(), history.get(2).timestamp()))
                .isBetween(Duration.ofHours(1), Duration.ofHours(2));
        assertThat(real.skipped()).isBetween(Duration.ofMinutes(50), Duration.ofHours(1));
    }

    @Test
    @DisplayName("a task that really runs is interrupted at its timeout, in real time")
    void timeoutInterruptsRealWork() throws Exception {
        var interrupted = new CompletableFuture<Boolean>();
        Execution execution = Tests.start(
                TASK.replace("\"End\"", "\"TimeoutSeconds\": 1, \"End\""),
                "{}",
                new LabClock(),
                (resource, arguments, context) -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.complete(true);
                        throw e;
                    }
                    return NullNode.instance;
                });

        ExecutionOutcome outcome = execution.run();

        assertThat(outcome.status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(outcome.error()).isEqualTo("States.Timeout");
        assertThat(interrupted.get()).isTrue();
        assertThat(Duration.between(outcome.startedAt(), outcome.stoppedAt()))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    @DisplayName("aborting a wait ends it at once as ABORTED, with the reason in the history")
    void abortDuringWait() throws Exception {
        var holding = clock.begin("keeps the clock from jumping");
        Execution execution = Tests.start(WAIT, "{}", clock, (resource, arguments, context) -> NullNode.instance);
        Future<ExecutionOutcome> running = threads.submit(execution::run);
        while (clock.sleeping() < 1) {
            Thread.onSpinWait();
        }
        assertThat(execution.status()).isEqualTo(ExecutionStatus.RUNNING);
        assertThat(execution.outcome()).isEmpty();

        assertThat(execution.abort("Stopped", "by hand")).isTrue();

        assertThat(execution.status()).isEqualTo(ExecutionStatus.ABORTED);
        assertThat(running.get())
                .isEqualTo(new ExecutionOutcome(
                        ExecutionStatus.ABORTED, null, "Stopped", "by hand", Tests.START, Tests.START));
        assertThat(Tests.lines(execution.history())).last().isEqualTo("3<-0 +0 ExecutionAborted Stopped: by hand");
        assertThat(execution.abort("Again", null)).isFalse();
        holding.close();
    }

    @Test
    @DisplayName("aborting a task interrupts it")
    void abortDuringTask() throws Exception {
        var started = new CountDownLatch(1);
        var interrupted = new CompletableFuture<Boolean>();
        Execution execution = Tests.start(TASK, "{}", clock, (resource, arguments, context) -> {
            try {
                started.countDown();
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
            return NullNode.instance;
        });
        Future<ExecutionOutcome> running = threads.submit(execution::run);
        started.await();

        assertThat(execution.abort(null, null)).isTrue();

        assertThat(running.get().status()).isEqualTo(ExecutionStatus.ABORTED);
        assertThat(interrupted.get()).isTrue();
        assertThat(execution.history())
                .extracting(event -> event.type().awsName())
                .containsExactly(
                        "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "ExecutionAborted");
    }

    @Test
    @DisplayName("an execution that was aborted before it ran ends as soon as it runs")
    void abortBeforeRun() throws Exception {
        Execution execution = Tests.start(WAIT, "{}", clock, (resource, arguments, context) -> NullNode.instance);

        assertThat(execution.abort("Never", "mind")).isTrue();
        assertThat(execution.run().status()).isEqualTo(ExecutionStatus.ABORTED);
        assertThat(clock.instant()).isEqualTo(Tests.START);
    }

    @Test
    @DisplayName("interrupting the thread that runs it aborts an execution")
    void interruptAborts() throws Exception {
        var holding = clock.begin("keeps the clock from jumping");
        Execution execution = Tests.start(WAIT, "{}", clock, (resource, arguments, context) -> NullNode.instance);
        var stillInterrupted = new AtomicReference<Boolean>();
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            execution.run();
            stillInterrupted.set(Thread.currentThread().isInterrupted());
        });
        while (clock.sleeping() < 1) {
            Thread.onSpinWait();
        }

        thread.interrupt();
        thread.join();

        assertThat(execution.status()).isEqualTo(ExecutionStatus.ABORTED);
        assertThat(stillInterrupted.get()).isTrue();
        holding.close();
    }

    @Test
    @DisplayName("an execution runs once")
    void runsOnce() {
        Execution execution = Tests.start(WAIT, "{}", clock, (resource, arguments, context) -> NullNode.instance);
        execution.run();

        assertThatIllegalStateException().isThrownBy(execution::run).withMessageContaining("'run-1'");
    }

    @Test
    @DisplayName("a task is told its execution, its state, its attempt and its time")
    void taskContext() {
        var seen = new AtomicReference<TaskContext>();
        List<String> running = new ArrayList<>();
        Execution execution = Tests.start(
                TASK.replace("\"End\"", "\"TimeoutSeconds\": 30, \"End\""),
                "{}",
                clock,
                (resource, arguments, context) -> {
                    seen.set(context);
                    running.addAll(clock.running());
                    return NullNode.instance;
                });

        assertThat(execution.run().status()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(running).contains("T of run-1");
        assertThat(seen.get()).isEqualTo(new TaskContext(Tests.IDENTITY, "T", 0, Duration.ofSeconds(30)));
    }

    @Test
    @DisplayName("an exception that isn't a task's failure fails the task as States.TaskFailed")
    void unexpectedException() {
        ExecutionOutcome outcome = Tests.start(TASK, "{}", clock, (resource, arguments, context) -> {
                    throw new IllegalStateException("a slip");
                })
                .run();

        assertThat(outcome.error()).isEqualTo("States.TaskFailed");
        assertThat(outcome.cause()).isEqualTo("java.lang.IllegalStateException: a slip");
    }

    @Test
    @DisplayName("an output longer than 256 KiB fails the execution with States.DataLimitExceeded")
    void outputTooLong() {
        ExecutionOutcome outcome = Tests.run(Tests.definition("P", """
                        "P": {"Type": "Pass", "Output": "{% $join($map([1..26300], function($v) {'0123456789'})) %}",
                              "End": true}"""), "{}");

        assertThat(outcome.error()).isEqualTo("States.DataLimitExceeded");
        assertThat(outcome.cause())
                .isEqualTo("The state/task 'P' returned a result with a size exceeding the maximum number of bytes"
                        + " service limit.");
    }

    @Test
    @DisplayName("variables of more than 256 KiB at once fail the execution with States.DataLimitExceeded")
    void variablesTooLong() {
        ExecutionOutcome outcome = Tests.run(Tests.definition("P", """
                        "P": {"Type": "Pass", "Assign": {"a": "{% $join($map([1..26300], function($v) {'0123456789'})) %}"},
                              "End": true}"""), "{}");

        assertThat(outcome.error()).isEqualTo("States.DataLimitExceeded");
    }

    @Test
    @DisplayName("an input longer than 256 KiB isn't taken")
    void inputTooLong() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Tests.run(WAIT, "\"" + "é".repeat(131_072) + "\""))
                .withMessageContaining("262146 bytes")
                .withMessageContaining("262144");
    }

    @Test
    @DisplayName("the 25,000th event ends an execution that would go on")
    void historyIsFull() {
        Execution execution = Tests.start(
                Tests.definition("A", "\"A\": {\"Type\": \"Pass\", \"Next\": \"A\"}"),
                "{}",
                clock,
                (resource, arguments, context) -> NullNode.instance);

        ExecutionOutcome outcome = execution.run();

        assertThat(execution.history()).hasSize(25_000);
        assertThat(execution.history().getLast().type()).isEqualTo(HistoryEventType.EXECUTION_FAILED);
        assertThat(outcome.error()).isNull();
        assertThat(outcome.cause()).isEqualTo("The execution reached the maximum number of history events (25000).");
    }

    @Test
    @DisplayName("executions that run at the same time wait in one lab time, each as long as it should")
    void concurrentExecutions() throws Exception {
        String poll = Tests.definition("T", """
                "T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Assign": {"n": "{% $states.result %}"},
                      "Output": "{% $states.input %}", "Next": "C"},
                "C": {"Type": "Choice", "Choices": [{"Condition": "{% $n >= 5 %}", "Next": "E"}], "Default": "W"},
                "W": {"Type": "Wait", "Seconds": "{% $states.input.every %}", "Next": "T"},
                "E": {"Type": "Succeed"}""");
        var gate = clock.begin("until all have started");
        var ends = new ArrayList<Future<ExecutionOutcome>>();
        for (int i = 1; i <= 20; i++) {
            var calls = new AtomicInteger();
            Execution execution = Tests.start(
                    poll,
                    "{\"every\": " + i + "}",
                    clock,
                    (resource, arguments, context) -> Tests.json(String.valueOf(calls.incrementAndGet())));
            ends.add(threads.submit(execution::run));
        }
        while (clock.sleeping() < 20) {
            Thread.onSpinWait();
        }
        gate.close();

        for (int i = 1; i <= 20; i++) {
            ExecutionOutcome outcome = ends.get(i - 1).get();
            assertThat(outcome.status()).isEqualTo(ExecutionStatus.SUCCEEDED);
            Instant expected = Tests.START.plusSeconds(4L * i);
            assertThat(outcome.stoppedAt()).isEqualTo(expected);
        }
        assertThat(clock.instant()).isEqualTo(Tests.START.plusSeconds(80));
    }
}
