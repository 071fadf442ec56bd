package dev.prebake.podtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A kubelet's words on an image")
class PullMessageTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "in 313ms (313ms including waiting). Image size: 64753325 bytes. | PT0.313S | PT0.313S | 64753325",
                "in 796ms (1.594s including waiting). Image size: 543804759 bytes. | PT0.796S | PT1.594S | 543804759",
                "in 5m34.25s (6m0s including waiting). Image size: 9500000000 bytes. | PT5M34.25S | PT6M | 9500000000",
                "in 1.2s (1.3s including waiting) | PT1.2S | PT1.3S |",
                "in 2.345678912s | PT2.345678912S | PT2.345678912S |",
                "in 1h0m1.5s | PT1H1.5S | PT1H1.5S |",
                "in 850.5µs | PT0.0008505S | PT0.0008505S |",
            })
    @DisplayName("give the pull, the pull with its wait, and the bytes, as each release words them")
    void pulled(String rest, Duration pull, Duration withWaiting, Long bytes) {
        assertThat(PullMessage.parse("Successfully pulled image \"nginx:1.27\" " + rest))
                .contains(new PullMessage(false, pull, withWaiting, bytes));
    }

    @Test
    @DisplayName("name an image that was there")
    void present() {
        assertThat(PullMessage.parse("Container image \"nginx\" already present on machine"))
                .contains(new PullMessage(true, null, null, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Successfully pulled image \"nginx\"",
                "Successfully pulled image \"nginx\" in a while",
                "Successfully pulled image \"nginx\" in 3",
                "Successfully pulled image \"nginx\" in 1.2.3s",
                "Successfully pulled image \"nginx\" in 2s (1s including waiting)",
                "Pulling image \"nginx\""
            })
    @DisplayName("give nothing where they say something else, rather than a guess")
    void other(String message) {
        assertThat(PullMessage.parse(message)).isEmpty();
    }
}
