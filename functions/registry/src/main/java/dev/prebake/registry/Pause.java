package dev.prebake.registry;

import java.time.Duration;

/** How long to hold back before asking a registry again; a seam, so that tests don't wait. */
@FunctionalInterface
interface Pause {
    /** Holds this thread back. */
    void pause(Duration duration) throws InterruptedException;
}
