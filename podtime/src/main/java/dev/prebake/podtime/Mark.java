package dev.prebake.podtime;

import org.jspecify.annotations.Nullable;

/**
 * A phase of a pod or of one of its containers, with when it was reached or why that isn't known.
 *
 * @param phase what was reached
 * @param container by which container; absent for the pod as a whole
 * @param moment when; absent where there is a gap
 * @param gap why it isn't known; absent where it is
 */
public record Mark(
        Phase phase,
        @Nullable String container,
        @Nullable Moment moment,
        @Nullable String gap) {
    static Mark at(Phase phase, @Nullable String container, Moment moment) {
        return new Mark(phase, container, moment, null);
    }

    static Mark gap(Phase phase, @Nullable String container, String why) {
        return new Mark(phase, container, null, why);
    }

    /** In a sentence: {@code started (app)}. */
    String name() {
        return phase.words() + (container == null ? "" : " (" + container + ")");
    }
}
