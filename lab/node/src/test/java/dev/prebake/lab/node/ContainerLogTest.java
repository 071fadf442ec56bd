package dev.prebake.lab.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class ContainerLogTest {
    @TempDir
    Path folder;

    @Test
    @DisplayName("The last lines of a log come without times and streams, partial ones joined")
    void joinsPartialLines() throws IOException {
        Path log = Files.writeString(folder.resolve("0.log"), """
                2026-01-01T00:00:00.1Z stdout F first
                2026-01-01T00:00:00.2Z stderr P sec
                2026-01-01T00:00:00.3Z stderr F ond one
                2026-01-01T00:00:00.4Z stdout F\s
                2026-01-01T00:00:00.5Z stdout P cut off
                """);

        assertThat(ContainerLog.lastLines(log, 3)).containsExactly("second one", "", "cut off");
    }

    @Test
    @DisplayName("A program that wrote nothing has no lines")
    void hasNoLines() {
        assertThat(ContainerLog.lastLines(folder.resolve("none"), 3)).isEmpty();
    }
}
