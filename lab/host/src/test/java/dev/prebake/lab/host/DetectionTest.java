package dev.prebake.lab.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DetectionTest {
    @Test
    @DisplayName("Everything that is missing is said in one sentence, with the packages that have it")
    void saysEverythingAtOnce() {
        var detection = new Detection(
                Path.of("home"),
                List.of(
                        new MissingPiece("you are not root", null),
                        new MissingPiece("ctr is not installed (Debian package containerd)", "containerd"),
                        new MissingPiece("containerd is not installed (Debian package containerd)", "containerd")));

        assertThat(detection.real()).isFalse();
        assertThat(detection.debianPackages()).containsExactly("containerd");
        assertThat(detection.inWords())
                .isEqualTo("Volumes are plain folders here, and pod starts are not measured, because you are not root; "
                        + "ctr is not installed (Debian package containerd); "
                        + "containerd is not installed (Debian package containerd).");
    }
}
