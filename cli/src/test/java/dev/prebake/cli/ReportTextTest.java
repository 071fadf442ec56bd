package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.kernel.BakeBase;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The report in words")
class ReportTextTest {
    private static final int WIDE = Integer.MAX_VALUE;

    @Test
    @DisplayName("has the snapshot, its images and the pod's three starts in columns")
    void measured() {
        assertThat(String.join("\n", ReportText.lines(Reports.measured(), WIDE)))
                .isEqualTo("""

                snap-0a  10 GiB, 354 MB used, published in /prebake/default/snapshot-id
                  127.0.0.1:5055/app:1  141 MB compressed, 353 MB unpacked
                    sha256:aa
                  baked on snap-0b; fetched 12 MB of 141 MB

                Pod start, seconds           uncached    cached      warm
                  fetch                          0.62      0.00      0.00
                  unpack after the fetch         3.71      0.00      0.00
                  start                          0.40      0.44      0.35
                  program                        1.33      1.24      1.11
                  total                          6.05      1.67      1.46

                From the snapshot the pod starts 3.6 times faster.""");
        assertThat(ReportText.failure(Reports.measured())).isEmpty();
    }

    @Test
    @DisplayName("has narrower columns where there is little room")
    void narrow() {
        assertThat(ReportText.lines(Reports.measured(), 50))
                .contains(
                        "Pod start, seconds      uncached  cached    warm",
                        "  unpack after the fetch    3.71    0.00    0.00");
    }

    static Stream<Arguments> bakes() {
        return Stream.of(
                Arguments.of(null, 141_000_000L, "baked from empty; fetched 141 MB of 141 MB"),
                Arguments.of(null, null, "baked from empty"),
                Arguments.of(new BakeBase("snap-0b", true, null), 0L, "baked on snap-0b; fetched 0 B of 141 MB"),
                Arguments.of(
                        new BakeBase("snap-0b", false, "its file system is damaged"),
                        141_000_000L,
                        "baked from empty, with snap-0b discarded because its file system is damaged;"
                                + " fetched 141 MB of 141 MB"));
    }

    @ParameterizedTest
    @MethodSource("bakes")
    @DisplayName("says in a line what the bake started from and how much it fetched")
    void baked(@Nullable BakeBase base, @Nullable Long fetchedBytes, String line) {
        LocalReport report = Reports.baked(new LocalReport.Bake(base, fetchedBytes, 141_000_000));
        assertThat(ReportText.lines(report, WIDE)).containsOnlyOnce("  " + line);
    }

    @Test
    @DisplayName("says why pod starts weren't measured")
    void notMeasured() {
        assertThat(String.join("\n", ReportText.lines(Reports.notMeasured(), WIDE)))
                .isEqualTo("""

                snap-0a  10 GiB, published in /prebake/default/snapshot-id
                  app:1  141 MB compressed
                    sha256:aa

                Pod starts were not measured, because you are not root.""");
    }

    @Test
    @DisplayName("has nothing but the reason for a run that failed")
    void failed() {
        assertThat(ReportText.lines(Reports.ended("FAILED", "a.B", "why"), WIDE))
                .isEmpty();
        assertThat(failure("dev.prebake.plan.InvalidInputException", "why"))
                .isEqualTo("prebake: the workflow ended FAILED with InvalidInputException:\nwhy");
    }

    @Test
    @DisplayName("of an end without an error or a cause goes by the status")
    void nothingSaid() {
        assertThat(ReportText.failure(Reports.ended("TIMED_OUT", null, null)))
                .isEqualTo("prebake: the workflow ended TIMED_OUT with TIMED_OUT:\n(no more was said)");
    }

    private static String failure(String error, @Nullable String cause) {
        return ReportText.failure(Reports.ended("FAILED", error, cause));
    }
}
