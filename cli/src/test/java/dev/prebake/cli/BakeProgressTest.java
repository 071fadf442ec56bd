package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A progress line")
class BakeProgressTest {
    @Test
    @DisplayName("is read with its image, and without one where it is about all")
    void reads() {
        assertThat(BakeProgress.parse(
                        "{\"phase\":\"pull\",\"image\":\"app:1\",\"doneBytes\":61000000,\"totalBytes\":141000000}"))
                .hasValue(new BakeProgress("pull", "app:1", 61_000_000, 141_000_000));
        assertThat(BakeProgress.parse("{\"phase\":\"prepare\",\"doneBytes\":0,\"totalBytes\":9,\"new\":true}"))
                .hasValue(new BakeProgress("prepare", null, 0, 9));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mkfs.xfs: done",
                "{",
                "{\"phase\":\"pull\"",
                "{}",
                "{\"level\":\"warn\",\"msg\":\"slow\"}",
                "{\"phase\":\"pull\",\"doneBytes\":1}",
                "{\"doneBytes\":1,\"totalBytes\":2}",
                "[1]"
            })
    @DisplayName("is told from everything else that a command says")
    void others(String line) {
        assertThat(BakeProgress.parse(line)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "5, 0, 0", "0, 10, 0", "99, 1000, 9", "1000, 1000, 100", "1200, 1000, 100", "-1, 10, 0"})
    @DisplayName("is in percent from 0 to 100, whatever the bytes")
    void percent(long done, long total, int percent) {
        assertThat(new BakeProgress("pull", null, done, total).percent()).isEqualTo(percent);
    }

    @Test
    @DisplayName("counts terabytes")
    void large() {
        assertThat(new BakeProgress("pull", null, 15_000_000_000_000L, 20_000_000_000_000L).percent())
                .isEqualTo(75);
    }

    @Test
    @DisplayName("says its figures and what it is about")
    void figures() {
        assertThat(new BakeProgress("pull", "app:1", 61_000_000, 141_000_000).figures(""))
                .isEqualTo("43 %  61 MB of 141 MB  pull app:1");
        assertThat(new BakeProgress("verify", null, 150, 141).figures("")).isEqualTo("100 %  141 B of 141 B  verify");
    }

    @Test
    @DisplayName("has a bar of one width, from empty to full")
    void bar() {
        assertThat(bar(0, 100)).isEqualTo("[------------------------------] 0 %  0 B of 100 B  pull");
        assertThat(bar(50, 100)).startsWith("[###############---------------] 50 %");
        assertThat(bar(99, 100)).startsWith("[#############################-] 99 %");
        assertThat(bar(100, 100)).startsWith("[##############################] 100 %");
    }

    @Test
    @DisplayName("has a shorter bar, and then none, where the figures need the room")
    void narrow() {
        assertThat(bar(50, 99)).startsWith("[#####-----] 50 %");
        assertThat(bar(50, 63)).isEqualTo("50 %  50 B of 100 B  pull");
    }

    private static String bar(int percent, int room) {
        return new BakeProgress("pull", null, percent, 100).bar("", room);
    }
}
