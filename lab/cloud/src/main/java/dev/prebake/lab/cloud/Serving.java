package dev.prebake.lab.cloud;

import dev.prebake.catalogue.Artifacts;
import dev.prebake.lab.wire.CallInterceptor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a lab serves clients from outside.
 *
 * @param port on 127.0.0.1, 1 to 65535, or 0 for any free one
 * @param images what an execution bakes whose input names no images; none for an input that has to name some
 * @param calls sees every call
 * @param faults what is to go wrong; absent for nothing
 * @param zips the functions' zips, for each to run from its own in a process of its own, with the memory and the time that it has on
 *     AWS, and with its log in {@code functions/log} of the data plane's home; those that an execution comes to have to be there.
 *     Absent for all of them in this JVM
 */
public record Serving(
        int port,
        List<String> images,
        CallInterceptor calls,
        @Nullable FaultPlan faults,
        @Nullable Artifacts zips) {
    public Serving {
        images = List.copyOf(images);
    }

    static Serving quietly(@Nullable Artifacts zips) {
        return new Serving(0, List.of(), (call, next) -> next.get(), null, zips);
    }
}
