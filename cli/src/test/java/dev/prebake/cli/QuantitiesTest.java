package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Quantities")
class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.0 kB",
        "9499, 9.5 kB",
        "134000000, 134 MB",
        "9500000000, 9.5 GB",
        "10000000000, 10 GB",
        "5000000000000, 5.0 TB",
        "9223372036854775807, 9223 PB"
    })
    @DisplayName("have bytes in decimal units")
    void bytes(long bytes, String text) {
        assertThat(Quantities.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"PT0.4S, 0.4 s", "PT1M59.9S, 119.9 s", "PT2M, 2 min 0 s", "PT3M20.7S, 3 min 20 s", "PT2H, 120 min 0 s"})
    @DisplayName("have durations in seconds, and in minutes from two on")
    void durations(Duration duration, String text) {
        assertThat(Quantities.duration(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"PT1S, 1 s", "PT1M59S, 119 s", "PT2M, 2 min", "PT3M29S, 3 min", "PT3M30S, 4 min", "PT5H, 300 min"})
    @DisplayName("have estimates in whole seconds, and in whole minutes from two on")
    void estimates(Duration duration, String text) {
        assertThat(Quantities.roughly(duration)).isEqualTo(text);
    }
}
