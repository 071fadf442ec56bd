package dev.prebake.lab.cloud;

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
 */
public record Serving(
        int port,
        List<String> images,
        CallInterceptor calls,
        @Nullable FaultPlan faults) {
    public Serving {
        images = List.copyOf(images);
    }

    static Serving quietly() {
        return new Serving(0, List.of(), (call, next) -> next.get(), null);
    }
}
