package dev.prebake.lab.registry;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Decides which requests fail, and how. Called on many threads at once. */
@FunctionalInterface
public interface Fault {
    /** Returns what goes wrong with this request, or nothing if it is answered as it should be. */
    Optional<Failure> strike(RegistryRequest request);

    /** Returns the fault that never strikes. */
    static Fault none() {
        return _ -> Optional.empty();
    }

    /** Returns a fault that strikes every request of a kind. */
    static Fault when(Predicate<RegistryRequest> kind, Failure failure) {
        return request -> kind.test(request) ? Optional.of(failure) : Optional.empty();
    }

    /** Returns this fault, which no longer strikes after it did so a number of times. */
    default Fault times(int count) {
        var left = new AtomicInteger(count);
        return request -> {
            Optional<Failure> failure = strike(request);
            return failure.isPresent() && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0 ? failure : Optional.empty();
        };
    }
}
