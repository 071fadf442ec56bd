package dev.prebake.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.kernel.BakedSnapshot;
import dev.prebake.kernel.PlannedVolume;
import dev.prebake.registry.ResolvedImage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class VolumeSizingTest {
    private static final long GIB = 1L << 30;

    @ParameterizedTest
    @DisplayName("a bake needs 3.2 times the compressed bytes and 1 GiB, and gets 4 times and 4 GiB")
    @CsvSource({
        // compressed bytes, required GiB, automatic GiB
        "0, 1, 10",
        "1, 2, 10",
        "1073741824, 5, 10", // 1 GiB: 4.2 -> 5
        "1610612736, 6, 10", // 1.5 GiB: 5.8 -> 6, 10
        "1610612737, 6, 11", // and a byte
        "5368709120, 17, 24", // 5 GiB: 17 exactly
        "5368709121, 18, 25",
        "9500000000, 30, 40", // nvcr.io/nvidia/pytorch:24.08-py3
    })
    void sizes(long compressedBytes, long required, int automatic) {
        VolumeSizing sizing = new VolumeSizing(compressedBytes);
        assertThat(sizing.requiredGiB()).isEqualTo(required);
        assertThat(sizing.automaticGiB()).isEqualTo(automatic);
        assertThat(sizing.problem(null)).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("the automatic size is always enough")
    @CsvSource({"0", "1", "1000000000", "20000000000", "500000000000", "17000000000000", "21989157863424"})
    void automaticIsEnough(long compressedBytes) {
        VolumeSizing sizing = new VolumeSizing(compressedBytes);
        assertThat((long) sizing.automaticGiB()).isBetween(sizing.requiredGiB(), (long) VolumeSizing.MAX_GIB);
    }

    @Test
    @DisplayName("an explicit size that is enough is taken, one GiB less is refused with what is needed and why")
    void explicit() {
        VolumeSizing sizing = new VolumeSizing(9_500_000_000L);
        assertThat(sizing.problem(30)).isEmpty();
        assertThat(sizing.volume(30, 3000, 125, null)).isEqualTo(new PlannedVolume(30, 3000, 125, null));
        assertThat(sizing.problem(29))
                .contains(
                        "volumeSizeGiB: 29 GiB is too small: the images have 8.9 GiB of compressed layers, and the bake"
                                + " needs 3.2 times as much and 1 GiB, for it holds the compressed layers beside the unpacked"
                                + " ones; give 30 or more, or leave the field out");
    }

    @Test
    @DisplayName("images that fit no volume are refused, whatever sizes a registry claims")
    void fitNowhere() {
        for (long compressedBytes : new long[] {21_000 * GIB, Long.MAX_VALUE}) {
            VolumeSizing sizing = new VolumeSizing(compressedBytes);
            assertThat(sizing.problem(null))
                    .get()
                    .asString()
                    .startsWith("images: ")
                    .contains("65536 GiB");
            assertThat(sizing.problem(65_536)).get().asString().contains("fewer images");
        }
    }

    @Test
    @DisplayName("a layer that images share counts once")
    void sharedLayers() {
        ResolvedImage.Layer shared = new ResolvedImage.Layer("sha256:a", 4 * GIB);
        ResolvedImage one = new ResolvedImage("1", "1", List.of(shared, new ResolvedImage.Layer("sha256:b", GIB)));
        ResolvedImage two =
                new ResolvedImage("2", "2", List.of(shared, shared, new ResolvedImage.Layer("sha256:c", GIB)));
        assertThat(VolumeSizing.of(List.of(one, two)).compressedBytes()).isEqualTo(6 * GIB);
        assertThat(two.compressedBytes()).isEqualTo(9 * GIB);
    }

    @Test
    @DisplayName("sizes that a registry makes up don't overflow a sum")
    void noOverflow() {
        ResolvedImage image = new ResolvedImage(
                "1",
                "1",
                List.of(
                        new ResolvedImage.Layer("sha256:a", Long.MAX_VALUE),
                        new ResolvedImage.Layer("sha256:b", Long.MAX_VALUE)));
        assertThat(image.compressedBytes()).isEqualTo(Long.MAX_VALUE);
        assertThat(VolumeSizing.of(List.of(image)).compressedBytes()).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("a volume from a base holds the base's used bytes beside all that is new, or the base won't do")
    @CsvSource({
        // why, compressed GiB, base GiB, base's used bytes, explicit GiB, size
        "small images fit the least size,            0, 10, 1073741824,    , 10",
        "the base's size is the least,               0, 18, 1073741824,    , 18",
        "used bytes and what empty needs,            9, 40, 20401094656,   , 49", // 19.0 + 29.8: 19 + 30
        "a byte more,                                9, 40, 20401094657,   , 50",
        "once grown it stays,                        9, 50, 20401094657,   , 50",
        "twice the automatic size,                   0, 20, 0,             , 20",
        "a base of more than that,                   0, 21, 0,             ,",
        "used bytes that lead to more,               0, 20, 20401094657,   ,",
        "no used bytes,                              0, 10, ,              ,",
        "an explicit size that is enough,            9, 40, 20401094656, 49, 49",
        "one GiB less,                               9, 40, 20401094656, 48,",
        "an explicit size below the base's,          0, 40, 0,           39,",
        "an explicit size as the base's,             0, 40, 0,           40, 40",
        "an explicit size is as large as it is,      0, 10, 0,          900, 900",
    })
    void fromBase(
            String why,
            long compressedGiB,
            int baseGiB,
            @Nullable Long usedBytes,
            @Nullable Integer explicitGiB,
            @Nullable Integer expected) {
        BakedSnapshot base = new BakedSnapshot("snap-0a", baseGiB, usedBytes, null, "run-1", Instant.EPOCH);
        assertThat(new VolumeSizing(compressedGiB * GIB).sizeGiBFrom(base, explicitGiB))
                .as(why)
                .isEqualTo(Optional.ofNullable(expected));
    }

    @Test
    @DisplayName("a base makes no volume larger than the largest")
    void largestFromBase() {
        VolumeSizing sizing = new VolumeSizing(16_000L * GIB);
        assertThat(sizing.automaticGiB()).isEqualTo(64_004);
        BakedSnapshot base = new BakedSnapshot("snap-0a", 64_004, 34_000L * GIB, null, "run-1", Instant.EPOCH);
        assertThat(sizing.sizeGiBFrom(base, null)).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("IOPS and throughput are no higher than gp3 allows for the size")
    @CsvSource({
        // size, IOPS and MiB/s wanted, IOPS and MiB/s planned
        "10, 16000, 1000, 5000, 1000",
        "1, 16000, 1000, 3000, 750",
        "6, 3000, 125, 3000, 125",
        "32, 16000, 1000, 16000, 1000",
        "31, 16000, 1000, 15500, 1000",
        "160, 80000, 2000, 80000, 2000",
        "100, 3000, 2000, 3000, 750",
    })
    void gp3Ratios(int sizeGiB, int iops, int throughput, int plannedIops, int plannedThroughput) {
        assertThat(new VolumeSizing(0).volume(sizeGiB, iops, throughput, null))
                .isEqualTo(new PlannedVolume(sizeGiB, plannedIops, plannedThroughput, null));
    }
}
