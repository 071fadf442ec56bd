package dev.prebake.lab.cloud;

import dev.prebake.lab.clock.Activity;
import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.clock.Participant;
import java.time.Duration;
import java.util.concurrent.ExecutorService;

/**
 * What the services do by themselves once they have answered.
 *
 * @param clock lab time
 * @param threads where it is done
 */
record Background(LabClock clock, ExecutorService threads) {
    /** Has work done in real time. */
    void run(String what, Runnable work) {
        after(Duration.ZERO, what, work);
    }

    /** Has work done in real time once a span of lab time has passed; not at all when the lab closes before. */
    void after(Duration span, String what, Runnable work) {
        Activity handedOver = clock.begin(what);
        threads.execute(() -> {
            try (Participant _ = clock.join(what)) {
                handedOver.close();
                clock.sleep(span);
                work.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
