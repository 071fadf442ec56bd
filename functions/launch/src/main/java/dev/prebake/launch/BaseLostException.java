package dev.prebake.launch;

import dev.prebake.kernel.Builder;
import dev.prebake.kernel.PrebakeException;

/** EC2 ended the builder because the snapshot that its data volume was to be made from has been deleted since its launch. */
public final class BaseLostException extends PrebakeException {
    /** Makes the error over EC2's reason. */
    BaseLostException(Builder builder, String reason) {
        super("Making the data volume of builder " + builder.instanceId() + " from snapshot " + builder.base()
                + " failed, and EC2 gives as reason " + reason
                + ". The workflow launches another builder, whose volume begins empty.");
    }
}
