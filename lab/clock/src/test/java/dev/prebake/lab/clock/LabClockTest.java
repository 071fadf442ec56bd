package dev.prebake.lab.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LabClockTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final FrozenTime real = new FrozenTime();
    private final LabClock clock = real.clock();
    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    @DisplayName("a sleep returns at once when nothing runs, and lab time has moved by it")
    void jumpsWhenNothingRuns() throws Exception {
        clock.sleep(Duration.ofHours(1));

        assertThat(clock.instant()).isEqualTo(START.plusSeconds(3600));
        assertThat(clock.skipped()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    @DisplayName("a sleep until an instant that has passed returns at once and moves nothing")
    void pastDueReturns() throws Exception {
        clock.sleepUntil(START.minusSeconds(1));

        assertThat(clock.instant()).isEqualTo(START);
    }

    @Test
    @DisplayName("lab time passes as real time does")
    void followsRealTime() throws Exception {
        clock.sleep(Duration.ofMinutes(1));
        real.pass(Duration.ofSeconds(5));

        assertThat(clock.instant()).isEqualTo(START.plusSeconds(65));
    }

    @Test
    @DisplayName("a span that passes at once wakes whom it makes due, and nobody else, while an activity runs")
    void passes() throws Exception {
        Activity activity = clock.begin("a slow call");
        Future<Instant> due = threads.submit(sleeping(Duration.ofSeconds(20)));
        Future<Instant> later = threads.submit(sleeping(Duration.ofSeconds(60)));
        untilAsleep(2);

        clock.pass(Duration.ofSeconds(30));

        assertThat(due.get()).isEqualTo(START.plusSeconds(30));
        assertThat(later.isDone()).isFalse();
        activity.close();
        assertThat(later.get()).isEqualTo(START.plusSeconds(60));
    }

    @Test
    @DisplayName("while an activity runs a sleeper waits in real time, and jumps when the activity ends")
    void jumpsWhenTheActivityEnds() throws Exception {
        Activity activity = clock.begin("copy");
        Future<Instant> sleeper = threads.submit(sleeping(Duration.ofSeconds(60)));
        untilAsleep(1);

        real.pass(Duration.ofSeconds(20));
        assertThat(sleeper.isDone()).isFalse();
        assertThat(clock.instant()).isEqualTo(START.plusSeconds(20));
        assertThat(clock.running()).containsExactly("copy");

        activity.close();
        assertThat(sleeper.get()).isEqualTo(START.plusSeconds(60));
        assertThat(clock.skipped()).isEqualTo(Duration.ofSeconds(40));
    }

    @Test
    @DisplayName("a sleeper whose time comes in real time wakes while the activity still runs")
    void wakesInRealTime() throws Exception {
        try (Activity activity = clock.begin("copy")) {
            Future<Instant> sleeper = threads.submit(sleeping(Duration.ofSeconds(60)));
            untilAsleep(1);

            real.pass(Duration.ofSeconds(61));

            assertThat(sleeper.get()).isEqualTo(START.plusSeconds(61));
            assertThat(activity).hasToString("copy");
        }
    }

    @Test
    @DisplayName("the clock jumps only when the last of several activities has ended")
    void waitsForEveryActivity() throws Exception {
        Activity one = clock.begin("one");
        Activity two = clock.begin("two");
        Future<Instant> sleeper = threads.submit(sleeping(Duration.ofSeconds(60)));
        untilAsleep(1);

        one.close();
        one.close();
        assertThat(clock.instant()).isEqualTo(START);
        assertThat(clock.sleeping()).isEqualTo(1);

        two.close();
        assertThat(sleeper.get()).isEqualTo(START.plusSeconds(60));
    }

    @Test
    @DisplayName("a woken participant's work comes before any later sleeper's jump")
    void laterSleepersDontOvertake() throws Exception {
        var earlyIsUp = new CountDownLatch(1);
        var earlyMayGoOn = new CountDownLatch(1);
        Activity gate = clock.begin("gate");
        Future<Instant> early = threads.submit(() -> {
            try (Participant _ = clock.join("early")) {
                clock.sleepUntil(START.plusSeconds(10));
                earlyIsUp.countDown();
                earlyMayGoOn.await();
                return clock.instant();
            }
        });
        Future<Instant> late = threads.submit(sleeping(Duration.ofSeconds(20)));
        untilAsleep(2);

        gate.close();
        earlyIsUp.await();
        assertThat(clock.instant()).isEqualTo(START.plusSeconds(10));
        assertThat(clock.running()).containsExactly("early");
        assertThat(late.isDone()).isFalse();

        earlyMayGoOn.countDown();
        assertThat(early.get()).isEqualTo(START.plusSeconds(10));
        assertThat(late.get()).isEqualTo(START.plusSeconds(20));
    }

    @Test
    @DisplayName("many participants with many sleeps act in the order of lab time, each at its due time")
    void manySleepers() throws Exception {
        int participants = 60;
        int rounds = 40;
        List<Instant> acted = Collections.synchronizedList(new ArrayList<>());
        var joined = new CountDownLatch(participants);
        Activity gate = clock.begin("gate");
        List<Future<Instant>> ends = new ArrayList<>();
        List<Instant> expectedEnds = new ArrayList<>();
        for (int i = 0; i < participants; i++) {
            List<Duration> naps = new Random(i)
                    .ints(rounds, 1, 5000)
                    .mapToObj(Duration::ofMillis)
                    .toList();
            expectedEnds.add(START.plus(naps.stream().reduce(Duration.ZERO, Duration::plus)));
            ends.add(threads.submit(() -> {
                try (Participant _ = clock.join("napper")) {
                    joined.countDown();
                    for (Duration nap : naps) {
                        clock.sleep(nap);
                        acted.add(clock.instant());
                    }
                    return clock.instant();
                }
            }));
        }
        joined.await();
        gate.close();

        for (int i = 0; i < participants; i++) {
            assertThat(ends.get(i).get()).isEqualTo(expectedEnds.get(i));
        }
        assertThat(acted).hasSize(participants * rounds).isSorted();
    }

    @Test
    @DisplayName("a signal wakes its waiter before its time, without a jump")
    void signalWakes() throws Exception {
        Signal signal = clock.signal();
        Activity work = clock.begin("work");
        Future<Boolean> waiter = threads.submit(() -> signal.awaitUntil(START.plusSeconds(60)));
        untilAsleep(1);

        signal.raise();

        assertThat(waiter.get()).isTrue();
        assertThat(clock.instant()).isEqualTo(START);
        work.close();
    }

    @Test
    @DisplayName("whoever raises a signal and then ends its work leaves no gap for a jump")
    void signalLeavesNoGap() throws Exception {
        Signal signal = clock.signal();
        Activity work = clock.begin("work");
        var mayLeave = new CountDownLatch(1);
        Future<Instant> waiter = threads.submit(() -> {
            try (Participant _ = clock.join("waiter")) {
                signal.awaitUntil(Instant.MAX);
                mayLeave.await();
                return clock.instant();
            }
        });
        Future<Instant> other = threads.submit(sleeping(Duration.ofSeconds(60)));
        untilAsleep(2);

        signal.raise();
        work.close();
        assertThat(clock.instant()).isEqualTo(START);

        mayLeave.countDown();
        assertThat(waiter.get()).isEqualTo(START);
        assertThat(other.get()).isEqualTo(START.plusSeconds(60));
    }

    @Test
    @DisplayName("a signal raised before the wait is taken by the next wait, once")
    void signalIsAPermit() throws Exception {
        Signal signal = clock.signal();
        signal.raise();
        signal.raise();

        assertThat(signal.awaitUntil(START.plusSeconds(60))).isTrue();
        assertThat(signal.awaitUntil(START.plusSeconds(60))).isFalse();
        assertThat(clock.instant()).isEqualTo(START.plusSeconds(60));
    }

    @Test
    @DisplayName("the clock never jumps to a wait that has no end")
    void endlessWaitIsNoTarget() throws Exception {
        Signal signal = clock.signal();
        Future<Boolean> waiter = threads.submit(() -> signal.awaitUntil(Instant.MAX));
        untilAsleep(1);

        assertThat(clock.instant()).isEqualTo(START);
        signal.raise();
        assertThat(waiter.get()).isTrue();
    }

    @Test
    @DisplayName("an interrupted sleeper ends its sleep, and the clock goes on without it")
    void interruptedSleeperLeaves() throws Exception {
        Activity work = clock.begin("work");
        var sleeper = Thread.ofPlatform().daemon().unstarted(() -> {
            try {
                clock.sleep(Duration.ofSeconds(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        sleeper.start();
        untilAsleep(1);

        sleeper.interrupt();
        sleeper.join();
        work.close();

        assertThat(clock.sleeping()).isZero();
        assertThat(clock.instant()).isEqualTo(START);
        assertThat(clock.running()).isEmpty();
    }

    @Test
    @DisplayName("only the thread that joined may leave")
    void onlyTheOwnerLeaves() throws Exception {
        try (Participant joined = clock.join("owner")) {
            Future<?> other = threads.submit(joined::close);

            assertThatThrownBy(other::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("'owner'");
        }
    }

    @Test
    @DisplayName("a thread that joined twice counts as running until it has left twice")
    void nestedJoins() {
        try (Participant _ = clock.join("outer")) {
            try (Participant _ = clock.join("inner")) {
                assertThat(clock.running()).containsExactly("inner");
            }
            assertThat(clock.running()).containsExactly("outer");
        }
        assertThat(clock.running()).isEmpty();
    }

    @Test
    @DisplayName("a clock on the machine's time starts near the wall clock and doesn't go back")
    void machineTime() {
        var machine = new LabClock();
        Instant first = machine.instant();

        assertThat(first)
                .isBetween(Instant.now().minusSeconds(3600), Instant.now().plusSeconds(3600));
        assertThat(machine.instant()).isAfterOrEqualTo(first);
    }

    @Test
    @DisplayName("a frozen clock moves by its jumps alone")
    void frozen() throws Exception {
        LabClock frozen = LabClock.frozenAt(START);
        Activity work = frozen.begin("work");
        Future<Instant> sleeper = threads.submit(() -> {
            frozen.sleep(Duration.ofDays(400));
            return frozen.instant();
        });
        while (frozen.sleeping() < 1) {
            Thread.onSpinWait();
        }
        assertThat(frozen.instant()).isEqualTo(START);

        work.close();
        assertThat(sleeper.get()).isEqualTo(START.plus(Duration.ofDays(400)));
    }

    private Callable<Instant> sleeping(Duration span) {
        Instant due = clock.instant().plus(span);
        return () -> {
            try (Participant _ = clock.join("sleeper")) {
                clock.sleepUntil(due);
                return clock.instant();
            }
        };
    }

    private void untilAsleep(int count) {
        while (clock.sleeping() < count) {
            Thread.onSpinWait();
        }
    }
}
