package dev.prebake.lab.clock;

/**
 * Work that runs in real time, from {@link LabClock#begin} to {@link #close}: while any is open, no wait is skipped.
 *
 * <p>It belongs to no thread: one may begin it and another close it. Closing twice does nothing more.
 */
public final class Activity implements AutoCloseable {
    private final LabClock clock;
    private final String what;

    Activity(LabClock clock, String what) {
        this.clock = clock;
        this.what = what;
    }

    @Override
    public void close() {
        clock.end(this);
    }

    @Override
    public String toString() {
        return what;
    }
}
