package dev.prebake.lab.clock;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** Real time that moves only when a test moves it. */
final class FrozenTime implements RealTime {
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private @Nullable LabClock clock;

    LabClock clock() {
        LabClock made = new LabClock(this);
        clock = made;
        return made;
    }

    void pass(Duration span) {
        now = now.plus(span);
        if (clock != null) {
            clock.realTimeMoved();
        }
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    @SuppressWarnings("WaitNotInLoop") // the loop is the clock's
    public void await(Condition condition, Duration atMost) throws InterruptedException {
        condition.await();
    }
}
