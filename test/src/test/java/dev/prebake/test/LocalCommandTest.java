package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.host.Detection;
import dev.prebake.test.LocalCommandLine.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("prebake local")
class LocalCommandTest {
    @TempDir
    private Path folder;

    private Path home;

    @BeforeEach
    void home() {
        home = folder.resolve("home");
    }

    @Test
    @DisplayName("bakes the sample, publishes it, and starts its pod without a pull; a second run reuses the snapshot")
    void bakesAndReuses() throws Exception {
        Detection detection = DataPlanes.detect(home);
        assumeTrue(detection.real(), detection.inWords());

        Outcome first = local("--json");
        assertThat(first.exitCode()).as(first.err()).isZero();
        JsonNode report = first.json();
        assertThat(report.at("/execution/status").asText()).isEqualTo("SUCCEEDED");
        assertThat(report.at("/execution/states"))
                .extracting(JsonNode::asText)
                .contains("PlanBake", "LaunchBuilder", "StartBake", "CreateSnapshot", "PublishSnapshot", "Done");
        assertThat(report.at("/parameter/value").asText())
                .isEqualTo(report.at("/snapshot/id").asText())
                .startsWith("snap-");
        long unpacked = report.at("/snapshot/images/0/unpackedBytes").asLong();
        assertThat(unpacked).isGreaterThan(100_000_000);
        assertThat(report.at("/snapshot/usedBytes").asLong()).isLessThanOrEqualTo(unpacked * 11 / 10);
        assertThat(report.at("/podStart/uncached/fetch").asDouble()).isPositive();
        assertThat(report.at("/podStart/cached/fetch").asDouble()).isZero();
        assertThat(report.at("/podStart/cached/unpack").asDouble()).isZero();
        Leftovers.assertNone(home, first);

        Outcome second = local("--json");
        assertThat(second.exitCode()).as(second.err()).isZero();
        assertThat(second.json().at("/execution/reused").asBoolean()).isTrue();
        assertThat(second.json().at("/execution/states"))
                .extracting(JsonNode::asText)
                .doesNotContain("LaunchBuilder");
        assertThat(second.json().at("/snapshot/id")).isEqualTo(report.at("/snapshot/id"));
        Leftovers.assertNone(home, second);
    }

    @Test
    @DisplayName("refuses all of an input's problems at once, before anything is launched")
    void refusesBadInput() throws Exception {
        Detection detection = DataPlanes.detect(home);
        assumeTrue(detection.real(), detection.inWords());
        Path input = Files.writeString(
                folder.resolve("input.json"),
                "{\"images\": [\"UPPER CASE\", \"127.0.0.1:1/none:1\"], \"retainSnapshots\": 0, \"nonsense\": 1}");
        Outcome outcome = local("--input", input.toString());
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("UPPER CASE", "127.0.0.1:1/none:1", "retainSnapshots", "nonsense")
                .doesNotContain("LaunchBuilder");
        Leftovers.assertNone(home, outcome);
    }

    @Test
    @DisplayName("calls an unreadable input file wrong usage")
    void unreadableInput() throws Exception {
        Path input = Files.writeString(folder.resolve("input.json"), "{");
        assertThat(local("--input", input.toString()).exitCode()).isEqualTo(2);
        assertThat(local("--input", folder.resolve("missing.json").toString()).exitCode())
                .isEqualTo(2);
    }

    private Outcome local(String... arguments) throws IOException, InterruptedException {
        return LocalCommandLine.over(home).run(arguments);
    }
}
