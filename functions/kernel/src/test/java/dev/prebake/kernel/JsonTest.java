package dev.prebake.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
    record Timing(Instant at, Duration took) {}

    @Test
    @DisplayName("time crosses states as ISO-8601 text")
    void isoTime() throws Exception {
        Timing timing = new Timing(Instant.parse("2026-03-01T12:00:00.123Z"), Duration.ofSeconds(90));
        String json = Json.mapper().writeValueAsString(timing);
        assertThat(json).isEqualTo("{\"at\":\"2026-03-01T12:00:00.123Z\",\"took\":\"PT1M30S\"}");
        assertThat(Json.mapper().readValue(json, Timing.class)).isEqualTo(timing);
    }

    @Test
    @DisplayName("what is absent isn't written, so that the definition's $exists tells")
    void absentInsteadOfNull() throws Exception {
        BakePlan plan = new BakePlan(
                Instant.parse("2026-03-01T12:00:00Z"),
                "gpu",
                Architecture.AMD64,
                List.of(new PlannedImage("docker.io/library/a:1", "sha256:1", "sha256:2", 3, 4)),
                List.of(new RegistrySettings("docker.io", "arn:aws:secretsmanager:a:1:secret:b", List.of(), null)),
                "f",
                3,
                new PlannedVolume(10, 3000, 125, null),
                List.of("m7i.4xlarge"),
                List.of(),
                3,
                true,
                "/prebake/gpu/snapshot-id",
                List.of(new NodeGroup("ml", "gpu-a")),
                null,
                null,
                false);
        String json = Json.mapper().writeValueAsString(plan);
        assertThat(json)
                .doesNotContain("reuse", "base", "caParameter")
                .contains("\"fastRestoreZones\":[]", "\"architecture\":\"amd64\"", "\"nodeGroups\":[\"ml/gpu-a\"]");
        assertThat(Json.mapper().readValue(json, BakePlan.class)).isEqualTo(plan);
    }

    @Test
    @DisplayName(
            "a plan made before there were settings of registries or node groups has none, and is older than all others")
    void planWithoutRegistries() throws Exception {
        String json = "{\"cacheName\":\"gpu\",\"architecture\":\"amd64\",\"images\":[],\"fingerprint\":\"f\","
                + "\"compressedBytes\":3,\"volume\":{\"sizeGiB\":10,\"iops\":3000,\"throughputMiBps\":125},"
                + "\"instanceTypes\":[],\"fastRestoreZones\":[],\"retainSnapshots\":3,\"parameterName\":\"/p\"}";
        assertThat(Json.mapper().readValue(json, BakePlan.class).registries()).isEmpty();
        assertThat(Json.mapper().readValue(json, BakePlan.class).nodeGroups()).isEmpty();
        assertThat(Json.mapper().readValue(json, BakePlan.class).retentionDryRun())
                .isFalse();
        assertThat(Json.mapper().readValue(json, BakePlan.class).plannedAt()).isEqualTo(Instant.EPOCH);
        assertThat(Json.mapper()
                        .readValue("{\"host\":\"a.b\",\"caParameter\":\"/ca\"}", RegistrySettings.class)
                        .mirrors())
                .isEmpty();
    }

    @Test
    @DisplayName("a plan with a snapshot to reuse survives the way through the states")
    void reuseRoundTrip() throws Exception {
        BakedSnapshot snapshot = new BakedSnapshot(
                "snap-0a", 64, 20_400_000_000L, "snap-0b", "run-1", Instant.parse("2026-03-01T12:00:00Z"));
        assertThat(Json.mapper().readValue(Json.mapper().writeValueAsString(snapshot), BakedSnapshot.class))
                .isEqualTo(snapshot);
    }

    @ParameterizedTest
    @DisplayName("a bake's report is read with and without what became of its base and what was fetched")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // base, volume's end, kept base, fetched bytes
                "'' | '' | - | -",
                "'\"base\":{\"snapshotId\":\"snap-0a\",\"kept\":true},' | ',\"fetchedBytes\":12' | snap-0a | 12",
                "'\"base\":{\"snapshotId\":\"snap-0a\",\"kept\":false,\"discarded\":\"torn\"},' | '' | - | -",
            })
    void reports(String base, String volumeEnd, @Nullable String keptBase, @Nullable Long fetchedBytes)
            throws Exception {
        String json = "{\"containerd\":\"2.1.4\",\"images\":[]," + base
                + "\"volume\":{\"volumeId\":\"vol-0a\",\"sizeBytes\":2,\"usedBytes\":1" + volumeEnd
                + "},\"seconds\":{\"total\":1.5}}";
        BakeReport report = Json.mapper().readValue(json, BakeReport.class);
        assertThat(report.keptBase()).isEqualTo(keptBase);
        assertThat(report.volume().fetchedBytes()).isEqualTo(fetchedBytes);
        assertThat(Json.mapper().readTree(Json.mapper().writeValueAsString(report)))
                .isEqualTo(Json.mapper().readTree(json));
    }

    @Test
    @DisplayName("fields that a handler doesn't know are passed over")
    void ignoresUnknown() throws Exception {
        assertThat(Json.mapper()
                        .readValue(
                                "{\"sizeGiB\":10,\"iops\":3000,\"throughputMiBps\":125,\"later\":[1]}",
                                PlannedVolume.class))
                .isEqualTo(new PlannedVolume(10, 3000, 125, null));
    }

    @ParameterizedTest
    @DisplayName("a missing or null number is refused, not taken for zero")
    @ValueSource(
            strings = {"{\"sizeGiB\":10,\"iops\":3000}", "{\"sizeGiB\":10,\"iops\":3000,\"throughputMiBps\":null}"})
    void refusesMissingNumbers(String json) {
        assertThatThrownBy(() -> Json.mapper().readValue(json, PlannedVolume.class))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining("throughputMiBps");
    }
}
