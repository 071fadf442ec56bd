package dev.prebake.lab.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StopwatchTest {
    @Test
    @DisplayName("Laps add up to the whole, and one that ended before the last lap did is none")
    void lapsAddUp() {
        long before = System.nanoTime();
        var clock = new Stopwatch();
        Duration first = clock.lapAt(before + 1_000_000_000L);
        Duration none = clock.lapAt(before);
        Duration second = clock.lapAt(before + 3_000_000_000L);

        assertThat(first).isPositive();
        assertThat(none).isZero();
        assertThat(second).isEqualTo(Duration.ofSeconds(2));
    }
}
