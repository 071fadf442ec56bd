package dev.prebake.plan;

import dev.prebake.kernel.PrebakeException;
import java.util.List;

/** The snapshot that is to be published again isn't there, or nobody knows any more what is in it. */
public final class RollbackImpossibleException extends PrebakeException {
    /** Makes the error with why, and with what could be rolled back to. */
    RollbackImpossibleException(String cacheName, String rollbackTo, String why, List<String> possible) {
        super("Rolling the cache " + cacheName + " back to " + rollbackTo + " failed: " + why + ". "
                + (possible.isEmpty()
                        ? "There is no other snapshot to roll back to"
                        : "Snapshots to roll back to, newest first: " + String.join(", ", possible))
                + ". Nothing was changed; give another rollbackTo, or bake with the images that are wanted.");
    }
}
