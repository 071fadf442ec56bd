package dev.prebake.operate;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is worth telling of an execution under way. */
public sealed interface Happening {
    /** When it happened, by Step Functions' clock. */
    Instant at();

    /** A state that does work was entered for the first time. */
    record Entered(Instant at, String state) implements Happening {}

    /**
     * An attempt of a state failed; the workflow repeats it, or goes another way.
     *
     * @param state the state
     * @param error the error's name
     * @param message its words; empty where there are none
     */
    record AttemptFailed(Instant at, String state, String error, String message) implements Happening {
        /** The error's name without the package. */
        public String shortError() {
            return error.substring(error.lastIndexOf('.') + 1);
        }
    }

    /**
     * The bake has come so far.
     *
     * @param phase prepare, pull, verify or finish
     * @param image the image in work; absent between images
     * @param doneBytes compressed bytes done
     * @param totalBytes compressed bytes to do
     * @param left how long the rest takes at the pace so far; absent while there is none to go by
     */
    record Baking(
            Instant at,
            String phase,
            @Nullable String image,
            long doneBytes,
            long totalBytes,
            @Nullable Duration left) implements Happening {}

    /** A state waits; in a few words for what, and how far that is. */
    record Waiting(Instant at, String state, String words) implements Happening {}

    /** Somebody made it go on from where it had failed. */
    record Redriven(Instant at) implements Happening {}
}
