package dev.prebake.cli;

import java.time.Duration;
import java.util.Locale;

/** Figures in the words of a terminal: decimal units, as registries and disks are sold in. */
final class Quantities {
    private static final long KILO = 1000;

    private Quantities() {}

    /** Bytes as {@code 134 MB} or {@code 9.5 GB}. */
    static String bytes(long bytes) {
        if (bytes < KILO) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= KILO && unit < 4) {
            value /= KILO;
            unit++;
        }
        return String.format(Locale.ROOT, value < 10 ? "%.1f %cB" : "%.0f %cB", value, "kMGTP".charAt(unit));
    }

    /** A duration as {@code 0.4 s}, {@code 12.3 s} or {@code 3 min 20 s}. */
    static String duration(Duration duration) {
        if (duration.compareTo(Duration.ofMinutes(2)) < 0) {
            return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
        }
        return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
    }

    /** A duration that is an estimate, without more digits than that has: {@code 40 s} or {@code 4 min}. */
    static String roughly(Duration duration) {
        return duration.compareTo(Duration.ofMinutes(2)) < 0
                ? duration.toSeconds() + " s"
                : Math.round(duration.toSeconds() / 60.0) + " min";
    }

    /** A number of seconds, to the millisecond. */
    static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(seconds * KILO));
    }

    /** How long ago something was, roughly; clocks may differ. */
    static String age(Duration age) {
        if (age.compareTo(Duration.ofMinutes(1)) < 0) {
            return "just now";
        }
        if (age.compareTo(Duration.ofHours(2)) < 0) {
            return age.toMinutes() + " min ago";
        }
        return age.compareTo(Duration.ofDays(2)) < 0 ? age.toHours() + " h ago" : age.toDays() + " days ago";
    }
}
