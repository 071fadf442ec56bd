package dev.prebake.lab.node;

import java.time.Duration;

/** Splits a stretch of time into laps that add up to the whole, by a monotonic clock. */
final class Stopwatch {
    private long last = System.nanoTime();

    Duration lap() {
        return lapAt(System.nanoTime());
    }

    /** The lap that ended at a moment observed by someone else; none when that was before the last lap's end. */
    Duration lapAt(long nanoTime) {
        long end = Math.max(last, nanoTime);
        Duration lap = Duration.ofNanos(end - last);
        last = end;
        return lap;
    }
}
