package dev.prebake.lab.clock;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** The time outside of the lab, and how to wait in it; tests put their own in its place. */
interface RealTime extends InstantSource {

    /** Waits until the condition is signalled or about {@code atMost} has passed; wakes early at times. */
    void await(Condition condition, Duration atMost) throws InterruptedException;

    /**
     * The machine's time, started from its wall clock once: corrections of that one don't move the lab.
     *
     * @param earliest where it starts at the earliest
     */
    static RealTime ofMachine(Instant earliest) {
        Instant now = Instant.now();
        Instant startedAt = now.isBefore(earliest) ? earliest : now;
        long startedAtNanos = System.nanoTime();
        return new RealTime() {
            @Override
            public Instant instant() {
                return startedAt.plusNanos(System.nanoTime() - startedAtNanos);
            }

            @Override
            @SuppressWarnings("WaitNotInLoop") // the loop is the caller's, who knows what it waits for
            public void await(Condition condition, Duration atMost) throws InterruptedException {
                // A wait may be for ever (Instant.MAX), which no count of nanoseconds holds: the caller asks again.
                Duration bounded = atMost.compareTo(Duration.ofDays(1)) > 0 ? Duration.ofDays(1) : atMost;
                var ignored = condition.await(bounded.toNanos(), TimeUnit.NANOSECONDS);
            }
        };
    }

    /** A time that doesn't pass. */
    static RealTime frozenAt(Instant now) {
        return new RealTime() {
            @Override
            public Instant instant() {
                return now;
            }

            @Override
            @SuppressWarnings("WaitNotInLoop") // the loop is the caller's, who knows what it waits for
            public void await(Condition condition, Duration atMost) throws InterruptedException {
                condition.await();
            }
        };
    }
}
