package dev.prebake.launch;

import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.PrebakeException;
import java.util.List;
import java.util.stream.Collectors;

/** EC2 has no room for any of the builder's instance types in any of its subnets. */
public final class NoCapacityException extends PrebakeException {
    /** Makes the error over EC2's answer to each attempt, in the order made. */
    NoCapacityException(String cacheName, List<RefusedAttempt> refused) {
        super("Launching a builder for cache '" + cacheName + "' failed: EC2 had no capacity for any of "
                + refused.size() + " attempts. "
                + refused.stream()
                        .map(one -> one.attempt().instanceType() + " in "
                                + one.attempt().subnetId() + ": " + one.answer())
                        .collect(Collectors.joining("; "))
                + ". " + AwsError.NO_CAPACITY.advice());
    }
}
