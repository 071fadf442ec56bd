package dev.prebake.operate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A bake's pace")
class BakePaceTest {
    private static final Instant START = Instant.parse("2026-11-01T10:00:00Z");

    private final BakePace pace = new BakePace();

    @Test
    @DisplayName("tells the time left at the first look that finds something done")
    void firstLook() {
        pace.begin(START);

        assertThat(left(5, 250, 1000)).isEqualTo(Duration.ofSeconds(15));
        assertThat(left(10, 800, 1000)).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    @DisplayName("begins where nothing was done yet, so that a long preparation doesn't count")
    void preparation() {
        pace.begin(START);

        assertThat(left(60, 0, 1000)).isNull();
        assertThat(left(70, 500, 1000)).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    @DisplayName("tells nothing where there is none: begun unseen, at once, done, or of nobody knows how much")
    void none() {
        assertThat(left(5, 250, 1000)).isNull();

        pace.begin(START);
        assertThat(left(0, 250, 1000)).isNull();
        assertThat(left(5, 1000, 1000)).isNull();
        assertThat(left(5, 250, 0)).isNull();
    }

    @Test
    @DisplayName("tells one second at least of what isn't done, and knows of terabytes and weeks")
    void extremes() {
        pace.begin(START);

        assertThat(left(1, 999_999, 1_000_000)).isEqualTo(Duration.ofSeconds(1));
        assertThat(left(3600, 1_000_000_000L, 5_000_000_000_000L)).isEqualTo(Duration.ofHours(4999));
    }

    private @Nullable Duration left(long second, long done, long total) {
        return pace.left(START.plusSeconds(second), done, total);
    }
}
