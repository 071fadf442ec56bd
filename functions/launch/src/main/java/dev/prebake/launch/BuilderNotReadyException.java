package dev.prebake.launch;

import dev.prebake.kernel.Builder;
import dev.prebake.kernel.PrebakeException;
import java.time.Duration;

/** The builder didn't become ready within its deadline. */
public final class BuilderNotReadyException extends PrebakeException {
    /** Makes the error for the part that is missing, a clause and what to check. */
    BuilderNotReadyException(Builder builder, Duration waited, String missing) {
        super("Waiting for builder " + builder.instanceId() + " (" + builder.instanceType() + " in "
                + builder.availabilityZone() + ") ended after " + waited.toMinutes() + " min: " + missing + ".");
    }
}
