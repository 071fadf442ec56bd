package dev.prebake.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.BakedSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Of a cache's earlier snapshots")
final class EarlierSnapshotsTest {
    /** Of images that a volume of 10 GiB is made for. */
    private static final VolumeSizing SIZING = new VolumeSizing(1L << 30);

    static Stream<Arguments> tables() {
        return Stream.of(
                row("there is none", null, null),
                row("the only one is of other content", null, "snap-1", snapshot(1, "other", "amd64", 10, 0L)),
                row(
                        "the newest of the same content",
                        "snap-3",
                        "snap-4",
                        snapshot(3, "same", "amd64", 10, 0L),
                        snapshot(1, "same", "amd64", 10, 0L),
                        snapshot(4, "other", "amd64", 10, 0L),
                        snapshot(2, "same", "amd64", 10, 0L)),
                row(
                        "the newest is of another architecture",
                        null,
                        "snap-1",
                        snapshot(1, "other", "amd64", 10, 0L),
                        snapshot(2, "other", "arm64", 10, 0L)),
                row(
                        "the newest has no architecture",
                        null,
                        "snap-1",
                        snapshot(1, "other", "amd64", 10, 0L),
                        snapshot(2, "other", null, 10, 0L)),
                row(
                        "the newest doesn't say how much it uses",
                        null,
                        "snap-1",
                        snapshot(1, "other", "amd64", 10, 0L),
                        snapshot(2, "other", "amd64", 10, null)),
                row(
                        "the newest is needlessly large",
                        null,
                        "snap-1",
                        snapshot(1, "other", "amd64", 20, 0L),
                        snapshot(2, "other", "amd64", 21, 0L)),
                row("none has any tags left", null, null, snapshot(1, null, null, 10, null)),
                row("content is reused without its other tags", "snap-1", null, snapshot(1, "same", null, 10, null)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tables")
    @DisplayName("the newest with the content is reused, and the newest that fits is a base")
    void chooses(String why, EarlierSnapshots earlier, @Nullable String reuse, @Nullable String base) {
        assertThat(earlier.reuse("same").map(BakedSnapshot::snapshotId).orElse(null))
                .as(why)
                .isEqualTo(reuse);
        assertThat(earlier.base(Architecture.AMD64, SIZING, null)
                        .map(chosen -> chosen.snapshot().snapshotId())
                        .orElse(null))
                .as(why)
                .isEqualTo(base);
    }

    private static Arguments row(
            String why, @Nullable String reuse, @Nullable String base, EarlierSnapshot... snapshots) {
        return Arguments.of(why, new EarlierSnapshots(Arrays.asList(snapshots)), reuse, base);
    }

    private static EarlierSnapshot snapshot(
            int day,
            @Nullable String fingerprint,
            @Nullable String architecture,
            int volumeSizeGiB,
            @Nullable Long usedBytes) {
        return new EarlierSnapshot(
                new BakedSnapshot(
                        "snap-" + day,
                        volumeSizeGiB,
                        usedBytes,
                        null,
                        "run-" + day,
                        Instant.EPOCH.plus(Duration.ofDays(day))),
                fingerprint,
                architecture,
                null);
    }
}
