package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.prebake.lab.host.Detection;
import dev.prebake.lab.host.MissingPiece;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The checkup of a host")
class HostCheckupTest {
    private static final Path HOME = Path.of("/var/lib/prebake");
    private static final long GIB = 1L << 30;

    @Test
    @DisplayName("finds nothing to do where all is there")
    void sound() {
        List<Finding> findings = HostCheckup.of(facts(List.of(), "containerd github.com/containerd 2.1.9+unknown"));

        assertThat(findings).allSatisfy(finding -> {
            assertThat(finding.level()).isEqualTo(Finding.Level.OK);
            assertThat(finding.remedy()).isNull();
        });
        assertThat(DoctorCommand.lines(findings, Integer.MAX_VALUE))
                .hasSameSizeAs(findings)
                .contains("ok       containerd    2.1.9", "ok       decompressor  igzip");
    }

    @Test
    @DisplayName("names each missing piece with the package that has it, as a warning: folders still do")
    void missing() {
        List<Finding> findings = HostCheckup.of(facts(
                List.of(
                        new MissingPiece("you are not root", null),
                        new MissingPiece("jq is not installed (Debian package jq)", "jq")),
                null));

        assertThat(findings)
                .filteredOn(finding -> finding.level() != Finding.Level.OK)
                .extracting(Finding::level, Finding::found, Finding::remedy)
                .containsExactly(
                        tuple(
                                Finding.Level.WARNING,
                                "you are not root; the workflow still runs, over plain folders and without pods",
                                "Run as root on Linux with loop devices, xfs, overlayfs and mount namespaces."),
                        tuple(
                                Finding.Level.WARNING,
                                "jq is not installed (Debian package jq); the workflow still runs, over plain folders"
                                        + " and without pods",
                                "apt-get install jq"));
    }

    @ParameterizedTest
    @CsvSource({
        "containerd github.com/containerd/containerd 1.5.9~ds1, FAILED",
        "containerd github.com/containerd/containerd 0.9.1, FAILED",
        "containerd github.com/containerd/containerd 1.6.20~ds1, OK",
        "containerd github.com/containerd/containerd/v2 v2.0.0, OK",
        "containerd of my own, WARNING"
    })
    @DisplayName("takes containerd from 1.6 on")
    void containerd(String version, Finding.Level level) {
        assertThat(HostCheckup.of(facts(List.of(), version)))
                .filteredOn(finding -> finding.check().equals("containerd"))
                .extracting(Finding::level)
                .containsExactly(level);
    }

    @Test
    @DisplayName(
            "says what is short: room, memory, the port, the decompressor; and fails where the home can't be written")
    void narrow() {
        List<Finding> tight = HostCheckup.of(new HostFacts(
                "25.0.1", new Detection(HOME, List.of()), null, false, HOME, null, GIB, GIB, "Address already in use"));

        assertThat(tight)
                .filteredOn(finding -> finding.level() == Finding.Level.WARNING)
                .extracting(Finding::check)
                .containsExactly("decompressor", "home", "memory", "port 5055");
        assertThat(tight)
                .filteredOn(finding -> finding.level() == Finding.Level.WARNING)
                .allSatisfy(finding -> assertThat(finding.remedy()).isNotBlank());

        assertThat(HostCheckup.of(new HostFacts(
                        "25.0.1", new Detection(HOME, List.of()), null, true, HOME, "read-only", 0, 0, null)))
                .filteredOn(finding -> finding.level() == Finding.Level.FAILED)
                .extracting(Finding::found)
                .containsExactly("nothing can be written to /var/lib/prebake: read-only");
    }

    private static HostFacts facts(List<MissingPiece> missing, @Nullable String containerd) {
        return new HostFacts(
                "25.0.1", new Detection(HOME, missing), containerd, true, HOME, null, 100 * GIB, 8 * GIB, null);
    }
}
