package dev.prebake.lab.clock;

/**
 * A thread's membership of the lab's time, from {@link LabClock#join} to {@link #close}: the thread counts as running
 * work whenever it isn't asleep on the clock, so nobody overtakes it between one of its sleeps and what it does next.
 *
 * <p>Closed by the thread that joined.
 */
public final class Participant implements AutoCloseable {
    private final LabClock clock;
    private final Thread thread;
    private final String what;

    Participant(LabClock clock, Thread thread, String what) {
        this.clock = clock;
        this.thread = thread;
        this.what = what;
    }

    @Override
    public void close() {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException("Tried to end the participation of '" + what + "' on thread "
                    + Thread.currentThread() + ", but " + thread + " joined: close it there.");
        }
        clock.leave(this);
    }

    Thread thread() {
        return thread;
    }

    @Override
    public String toString() {
        return what;
    }
}
