package dev.prebake.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.kernel.Poll;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The bake's progress")
class BakeProgressTest {
    private static final Instant START = Instant.parse("2026-11-24T05:12:00Z");

    @ParameterizedTest(name = "{1} of {2} bytes after {0} s: {3} s")
    @CsvSource({
        // What remains takes as long as what is done: a quarter of it, within 5 to 15.
        "40, 500, 1000, 10",
        "8, 500, 1000, 5",
        "400, 500, 1000, 15",
        "400, 990, 1000, 5",
        "400, 0, 1000, 5",
        "400, 1000, 1000, 5",
        "400, 10, 0, 5"
    })
    @DisplayName("says when to look again: a quarter of the time that the bake still needs")
    void waits(long elapsed, long done, long total, int expected) {
        var progress = new BakeProgress("pull", null, done, total);

        assertThat(BakeProgress.waitSeconds(progress, new Poll(START, START.plusSeconds(elapsed))))
                .isEqualTo(expected);
    }

    @Test
    @DisplayName("before the first line, means looking again in 5 s")
    void none() {
        assertThat(BakeProgress.waitSeconds(null, new Poll(START, START.plusSeconds(600))))
                .isEqualTo(5);
    }

    @Test
    @DisplayName("is the newest whole line among others")
    void newest() {
        var lines = List.of(
                "{\"phase\":\"prepare\",\"doneBytes\":0,\"totalBytes\":1000}",
                "{\"phase\":\"pull\",\"doneBytes\":500,\"totalBytes\":1000,\"image\":\"docker.io/library/a:1\"}",
                "failed to run commands: exit status 1",
                "{\"phase\":\"pull\",\"doneBy");

        assertThat(BakeProgress.newest(lines)).isEqualTo(new BakeProgress("pull", "docker.io/library/a:1", 500, 1000));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[1]",
                "{}",
                "{\"phase\":null,\"doneBytes\":1,\"totalBytes\":2}",
                "{\"phase\":\"pull\"}",
                "null"
            })
    @DisplayName("is not in a line that lacks a part of it")
    void noProgress(String line) {
        assertThat(BakeProgress.parse(line)).isEmpty();
    }
}
