package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The terminal")
class TerminalTest {
    private static final String ERASE_LINE = "\r\u001b[2K";

    private final StringWriter shown = new StringWriter();

    @Test
    @DisplayName("cuts a line that passes to its width, and keeps one that stays whole")
    void width() {
        Terminal terminal = new Terminal(new PrintWriter(shown), true, 10);

        terminal.passing("0123456789");
        terminal.passing("012345678");
        terminal.line("0123456789");

        assertThat(shown)
                .hasToString(ERASE_LINE + "012345678" + ERASE_LINE + "012345678" + ERASE_LINE + "0123456789"
                        + System.lineSeparator());
    }

    @Test
    @DisplayName("prints no passing line and no control character where lines can't be replaced")
    void plain() {
        Terminal terminal = new Terminal(new PrintWriter(shown), false, 80);

        terminal.passing("1 %");
        terminal.line("done");

        assertThat(shown).hasToString("done" + System.lineSeparator());
    }

    @ParameterizedTest
    @CsvSource({", 80", "0, 80", "50, 55", "160, 160"})
    @DisplayName("leaves help as wide as results, but for what picocli can't, and 80 columns where nobody knows")
    void help(@Nullable String columns, int help) {
        String before = System.getProperty(Terminal.OUT_COLUMNS);
        try {
            System.setProperty(Terminal.OUT_COLUMNS, columns == null ? "" : columns);
            assertThat(Terminal.helpColumns()).isEqualTo(help);
            assertThat(Main.commandLine().getUsageMessage()).isNotEmpty();
        } finally {
            if (before == null) {
                System.clearProperty(Terminal.OUT_COLUMNS);
            } else {
                System.setProperty(Terminal.OUT_COLUMNS, before);
            }
        }
    }
}
