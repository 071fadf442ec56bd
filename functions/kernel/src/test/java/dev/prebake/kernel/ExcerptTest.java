package dev.prebake.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class ExcerptTest {
    @Test
    @DisplayName("a short plain text is quoted as it is")
    void plain() {
        assertThat(Excerpt.of("nvcr.io/nvidia/pytorch:24.08-py3 ü")).isEqualTo("'nvcr.io/nvidia/pytorch:24.08-py3 ü'");
        assertThat(Excerpt.bare("plain")).isEqualTo("plain");
    }

    @Test
    @DisplayName("line breaks, terminal escapes, direction marks and lone surrogates are escaped")
    void escapes() {
        assertThat(Excerpt.of("a\nb\u001b[31mc\u202ed\u2028e\ud800"))
                .isEqualTo("'a\\u000ab\\u001b[31mc\\u202ed\\u2028e\\ud800'");
    }

    @Test
    @DisplayName("a long text is cut, and the message says how long it was")
    void cuts() {
        assertThat(Excerpt.of("x".repeat(120))).isEqualTo("'" + "x".repeat(120) + "'");
        assertThat(Excerpt.of("x".repeat(5_000))).isEqualTo("'" + "x".repeat(120) + "… (5000 characters)'");
    }
}
