package dev.prebake.kernel;

import java.time.Duration;
import java.time.Instant;

/**
 * One look of a poller, in the workflow's time: both instants come from the state's context, none from a clock here.
 *
 * @param startedAt when what it waits for was begun
 * @param now when the polling state was entered
 */
public record Poll(Instant startedAt, Instant now) {
    /** How long it has waited. */
    public Duration elapsed() {
        return Duration.between(startedAt, now);
    }

    /** Whether it has waited for {@code deadline} or longer. */
    public boolean isPast(Duration deadline) {
        return elapsed().compareTo(deadline) >= 0;
    }

    /**
     * How long to wait until the next look, in seconds: a tenth of the wait so far, so that a look comes at most a tenth
     * too late, and the number of looks grows only with the logarithm of the wait.
     *
     * @param least lower bound, for the first looks
     * @param most upper bound
     */
    public int waitSeconds(int least, int most) {
        return Math.clamp(elapsed().toSeconds() / 10, least, most);
    }
}
