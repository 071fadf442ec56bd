package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Lines for a narrow terminal")
class FoldedTest {
    @Test
    @DisplayName("go on further in where they are too long, between words")
    void folded() {
        assertThat(Folded.lines(List.of("short", "  one two three four five six", ""), 16))
                .containsExactly("short", "  one two three", "      four five", "      six", "");
    }

    @Test
    @DisplayName("keep words whole that are wider than the terminal")
    void wideWords() {
        assertThat(Folded.lines(List.of("0123456789abcdef", "  a 0123456789abcdef b"), 10))
                .containsExactly("0123456789abcdef", "  a", "      0123456789abcdef", "      b");
    }

    @Test
    @DisplayName("stay as they are without a limit")
    void unlimited() {
        String line = "word ".repeat(100) + "end";
        assertThat(Folded.lines(List.of(line), Integer.MAX_VALUE)).containsExactly(line);
    }

    @Test
    @DisplayName("go on as far in as is asked for")
    void hanging() {
        assertThat(Folded.line("ok  one two three four", 4, 12))
                .containsExactly("ok  one two", "    three", "    four");
    }
}
