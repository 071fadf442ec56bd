package dev.prebake.podtime;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A length of time between two moments: as closely as those are known, or why it isn't known.
 *
 * @param atLeast seconds; absent where there is a gap
 * @param atMost seconds; equal to the former where both ends are exact; absent where there is a gap
 * @param gap why there is no figure; absent where there is one
 */
public record Figure(
        @Nullable Double atLeast,
        @Nullable Double atMost,
        @Nullable String gap) {
    static final Figure ZERO = new Figure(0.0, 0.0, null);

    private static final double NANOS = 1e9;

    static Figure gap(String why) {
        return new Figure(null, null, why);
    }

    static Figure exactly(Duration duration) {
        return new Figure(seconds(duration), seconds(duration), null);
    }

    static Figure between(double atLeast, double atMost) {
        return new Figure(Math.max(0, atLeast), Math.max(0, atMost), null);
    }

    /** Whether there is one. */
    public boolean known() {
        return gap == null;
    }

    /** The lower bound of a known one. */
    public double low() {
        return known(atLeast);
    }

    /** The upper bound of a known one. */
    public double high() {
        return known(atMost);
    }

    /** How far apart the bounds of a known one are, in seconds. */
    public double width() {
        return high() - low();
    }

    Figure plus(Figure other) {
        return firstGap(this, other, between(lowOrZero() + other.lowOrZero(), highOrZero() + other.highOrZero()));
    }

    /** What is left of this without a part of it; no less than nothing. */
    Figure minus(Figure part) {
        return firstGap(this, part, between(lowOrZero() - part.highOrZero(), highOrZero() - part.lowOrZero()));
    }

    /**
     * The value at a rank of several, by nearest rank. The bounds of the ranked one are the ranked bounds, since both only
     * grow with it.
     *
     * @param percent above 0, up to 100
     */
    static Figure percentile(List<Figure> figures, int percent) {
        List<Figure> known = figures.stream().filter(Figure::known).toList();
        if (known.isEmpty()) {
            return gap("none of " + figures.size() + " is known");
        }
        return ranked(known, (int) Math.ceil(known.size() * percent / 100.0) - 1);
    }

    /** The smallest of several. */
    static Figure least(List<Figure> figures) {
        List<Figure> known = figures.stream().filter(Figure::known).toList();
        return known.isEmpty() ? percentile(figures, 1) : ranked(known, 0);
    }

    private static Figure ranked(List<Figure> known, int rank) {
        return new Figure(
                known.stream()
                        .map(Figure::low)
                        .sorted(Comparator.naturalOrder())
                        .toList()
                        .get(rank),
                known.stream()
                        .map(Figure::high)
                        .sorted(Comparator.naturalOrder())
                        .toList()
                        .get(rank),
                null);
    }

    private static Figure firstGap(Figure one, Figure other, Figure result) {
        if (one.gap != null) {
            return one;
        }
        return other.gap != null ? other : result;
    }

    private double lowOrZero() {
        return atLeast == null ? 0 : atLeast;
    }

    private double highOrZero() {
        return atMost == null ? 0 : atMost;
    }

    private double known(@Nullable Double bound) {
        if (bound == null) {
            throw new IllegalStateException("There is no figure: " + gap);
        }
        return bound;
    }

    /** From one instant to another; negative where that is earlier. */
    static double seconds(Instant from, Instant to) {
        return seconds(Duration.between(from, to));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }
}
