package dev.prebake.lab.states;

import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.clock.Signal;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** The waits of one execution, which end early when it is aborted or its time is up. */
final class Waits {
    private final LabClock clock;
    private final Instant deadline;
    private final Signal signal;
    private volatile boolean aborted;

    /** @param deadline when the execution's time is up; {@link Instant#MAX} for never */
    Waits(LabClock clock, Instant deadline) {
        this.clock = clock;
        this.deadline = deadline;
        this.signal = clock.signal();
    }

    /** Ends the wait that is going on, or the next, and all that would follow. */
    void abort() {
        aborted = true;
        signal.raise();
    }

    /** Wakes the execution's thread, if it waits, to see what has been done. */
    void somethingIsDone() {
        signal.raise();
    }

    /** Returns while the execution may go on. */
    void check() throws ExecutionStoppedException {
        if (aborted) {
            throw new ExecutionStoppedException(ExecutionStatus.ABORTED);
        }
        if (!clock.instant().isBefore(deadline)) {
            throw new ExecutionStoppedException(ExecutionStatus.TIMED_OUT);
        }
    }

    void until(Instant due) throws ExecutionStoppedException {
        var ignored = until(() -> false, due);
    }

    /**
     * Waits until something is done, at most until an instant of lab time.
     *
     * @return whether it is done
     */
    boolean until(BooleanSupplier done, Instant due) throws ExecutionStoppedException {
        while (true) {
            check();
            if (done.getAsBoolean()) {
                return true;
            }
            if (!clock.instant().isBefore(due)) {
                return false;
            }
            try {
                var ignored = signal.awaitUntil(due.isBefore(deadline) ? due : deadline);
            } catch (InterruptedException e) {
                // Whoever interrupts the thread that runs an execution wants the execution to end.
                Thread.currentThread().interrupt();
                throw new ExecutionStoppedException(ExecutionStatus.ABORTED);
            }
        }
    }
}
