package dev.prebake.lab.cloud;

import dev.prebake.lab.registry.Failure;
import dev.prebake.lab.registry.LoopbackRegistry;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A registry that answers nothing until it is closed, so that an execution stays in PlanBake. */
final class HeldRegistry implements AutoCloseable {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final LoopbackRegistry registry;

    HeldRegistry() throws IOException {
        registry = LoopbackRegistry.builder()
                .fault(request -> {
                    asked.countDown();
                    awaitRelease();
                    return Optional.of(new Failure.Dropped());
                })
                .start();
    }

    String input() {
        return Session.input(registry.address() + "/team/app:1");
    }

    void awaitRequest() throws InterruptedException {
        asked.await();
    }

    @Override
    public void close() {
        released.countDown();
        registry.close();
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
