package dev.prebake.podtime;

import java.time.Duration;
import java.time.Instant;

/**
 * When something happened, as closely as its source says. Most of Kubernetes' times are cut to whole seconds, so that they
 * name a second and not a point in it.
 *
 * @param earliest the first instant that it can have been
 * @param latest the last one; equal to the first where the source is exact
 * @param by whose clock says so
 * @param source where it stands, in words
 */
public record Moment(Instant earliest, Instant latest, Timekeeper by, String source) {
    private static final Duration REST_OF_SECOND = Duration.ofSeconds(1).minusNanos(1);

    /** Refuses a moment that ends before it begins. */
    public Moment {
        if (latest.isBefore(earliest)) {
            throw new IllegalArgumentException(source + " ends at " + latest + ", before it begins at " + earliest);
        }
    }

    /** A time with its fraction of a second. */
    static Moment exactly(Instant at, Timekeeper by, String source) {
        return new Moment(at, at, by, source);
    }

    /** A time that is cut to its second. */
    static Moment withinSecond(Instant second, Timekeeper by, String source) {
        return new Moment(second, second.plus(REST_OF_SECOND), by, source);
    }

    /** Whether the source gives less than a whole second. */
    public boolean exact() {
        return earliest.equals(latest);
    }

    /** This one, known to be no earlier than an instant that it can have been. */
    Moment notBefore(Instant bound) {
        return bound.isAfter(earliest) ? new Moment(bound, latest, by, source) : this;
    }

    /** This one, known to be no later than an instant that it can have been. */
    Moment notAfter(Instant bound) {
        return bound.isBefore(latest) ? new Moment(earliest, bound, by, source) : this;
    }
}
