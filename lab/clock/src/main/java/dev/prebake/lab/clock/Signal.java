package dev.prebake.lab.clock;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Wakes a thread that waits on the clock for something else than time.
 *
 * <p>It works like a permit: {@link #raise} wakes the waiting thread, or lets the next wait return at once; raising
 * twice before a wait counts once. At most one thread waits for a signal at a time. The woken thread counts as running
 * from the moment of {@code raise}, so whoever raises a signal and then ends its own work leaves no gap in between.
 */
public final class Signal {
    private final LabClock clock;

    /** Guarded by the clock's lock, as is the next. */
    boolean raised;

    @Nullable Sleeper waiting;

    Signal(LabClock clock) {
        this.clock = clock;
    }

    public void raise() {
        clock.raise(this);
    }

    /**
     * Waits for the signal, at most until an instant of lab time.
     *
     * @param due when to give up; {@link Instant#MAX} for never, to which the clock doesn't jump
     * @return whether the signal came; if so it is lowered again
     * @throws InterruptedException when the thread was interrupted; the signal, if raised, stays raised
     */
    public boolean awaitUntil(Instant due) throws InterruptedException {
        return clock.await(this, due);
    }
}
