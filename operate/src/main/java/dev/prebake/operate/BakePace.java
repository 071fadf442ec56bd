package dev.prebake.operate;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How quickly a bake goes, told from when nothing of it was done yet: at its begin, or at the last look that found it so. The bake
 * scales what it has to fetch to all of the images' bytes, a base's included, and begins at none, so that the first bytes seen
 * are work done since.
 */
public final class BakePace {
    private @Nullable Instant nothingDone;

    /** The bake begins, or begins anew. */
    public void begin(Instant at) {
        nothingDone = at;
    }

    /**
     * How long the rest takes at the pace so far, in whole seconds, one at least; absent while there is no pace to go by, and when
     * nothing is left.
     *
     * @param at when it had come so far
     * @param doneBytes bytes done
     * @param totalBytes bytes to do, those included; 0 when not known
     */
    public @Nullable Duration left(Instant at, long doneBytes, long totalBytes) {
        if (doneBytes <= 0) {
            nothingDone = at;
            return null;
        }
        if (nothingDone == null || !at.isAfter(nothingDone) || doneBytes >= totalBytes) {
            return null;
        }
        double millisSoFar = Duration.between(nothingDone, at).toMillis();
        double secondsLeft = millisSoFar / 1000 * (totalBytes - doneBytes) / doneBytes;
        return Duration.ofSeconds(Math.max(1, Math.round(secondsLeft)));
    }
}
