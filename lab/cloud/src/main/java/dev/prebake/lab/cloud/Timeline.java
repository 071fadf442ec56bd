package dev.prebake.lab.cloud;

import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.clock.Participant;
import dev.prebake.lab.clock.Signal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A time in which one thread waits for what is due. */
interface Timeline extends InstantSource {
    /** Makes the calling thread the one that waits, until what is returned is closed by it. */
    Presence join();

    /** Waits until an instant, {@link Instant#MAX} for ever; may return earlier, and does once woken. */
    void awaitUntil(Instant due) throws InterruptedException;

    /** Wakes the thread that waits, or lets its next wait return at once. */
    void wake();

    /** A thread's part in it. */
    interface Presence extends AutoCloseable {
        @Override
        void close();
    }

    /** Lab time, whose clock passes over the wait when nothing else runs. */
    static Timeline of(LabClock clock) {
        Signal signal = clock.signal();
        return new Timeline() {
            @Override
            public Instant instant() {
                return clock.instant();
            }

            @Override
            public Presence join() {
                Participant participant = clock.join("schedules");
                return participant::close;
            }

            @Override
            public void awaitUntil(Instant due) throws InterruptedException {
                var ignored = signal.awaitUntil(due);
            }

            @Override
            public void wake() {
                signal.raise();
            }
        };
    }

    /** The time that a machine's clock shows, whatever the lab's. */
    static Timeline of(InstantSource machine) {
        Semaphore woken = new Semaphore(0);
        // The clock may be set, and the machine be suspended, while one waits.
        Duration longest = Duration.ofSeconds(30);
        return new Timeline() {
            @Override
            public Instant instant() {
                return machine.instant();
            }

            @Override
            public Presence join() {
                return () -> {};
            }

            @Override
            public void awaitUntil(Instant due) throws InterruptedException {
                Duration left = Duration.between(machine.instant(), due);
                Duration bounded = left.compareTo(longest) > 0 ? longest : left;
                if (woken.tryAcquire(bounded.toNanos(), TimeUnit.NANOSECONDS)) {
                    woken.drainPermits();
                }
            }

            @Override
            public void wake() {
                woken.release();
            }
        };
    }
}
