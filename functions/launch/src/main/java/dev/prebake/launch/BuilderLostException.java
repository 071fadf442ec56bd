package dev.prebake.launch;

import dev.prebake.kernel.Builder;
import dev.prebake.kernel.PrebakeException;

/** The builder ended before it could bake: EC2 couldn't start it, took it back, or somebody stopped it. */
public final class BuilderLostException extends PrebakeException {
    /** Makes the error for the instance's state and EC2's reason for it. */
    BuilderLostException(Builder builder, String state, String reason) {
        super("Waiting for builder " + builder.instanceId() + " (" + builder.instanceType() + " in "
                + builder.availabilityZone() + ") failed: it is " + state + ", and EC2 gives as reason " + reason
                + ". Start the workflow again; if the reason comes back, give other instance types (instanceTypes)"
                + " or cure what it names.");
    }
}
