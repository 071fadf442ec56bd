package dev.prebake.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A poll")
class PollTest {
    private static final Instant START = Instant.parse("2026-11-24T05:00:00Z");

    @ParameterizedTest(name = "after {0} s it waits {1} s more")
    @CsvSource({"0, 2", "19, 2", "20, 2", "50, 5", "100, 10", "5000, 10", "-5, 2"})
    @DisplayName("waits a tenth of the time passed, within its bounds")
    void waits(long elapsed, int expected) {
        assertThat(new Poll(START, START.plusSeconds(elapsed)).waitSeconds(2, 10))
                .isEqualTo(expected);
    }

    @Test
    @DisplayName("is past its deadline from the deadline on")
    void deadline() {
        Duration deadline = Duration.ofMinutes(10);

        assertThat(new Poll(START, START.plus(deadline).minusMillis(1)).isPast(deadline))
                .isFalse();
        assertThat(new Poll(START, START.plus(deadline)).isPast(deadline)).isTrue();
    }
}
