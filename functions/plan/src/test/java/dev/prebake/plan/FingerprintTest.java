package dev.prebake.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.PlannedImage;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class FingerprintTest {
    private static final PlannedImage A = new PlannedImage("docker.io/library/a:1", "sha256:1", "sha256:2", 10, 1);
    private static final PlannedImage B = new PlannedImage("docker.io/library/b:1", "sha256:3", "sha256:4", 20, 2);

    @Test
    @DisplayName("the canonical text is a contract: snapshots baked before are found by it")
    void canonicalText() {
        assertThat(Fingerprint.canonicalText(Architecture.AMD64, List.of(B, A), 64))
                .isEqualTo("""
                        prebake-fingerprint 1
                        volume xfs 1
                        architecture amd64
                        image docker.io/library/a:1 sha256:1 sha256:2
                        image docker.io/library/b:1 sha256:3 sha256:4
                        sizeGiB 64
                        """);
        assertThat(Fingerprint.of(Architecture.AMD64, List.of(A), null))
                .isEqualTo("2041f32013bee9f885aa67e7ea008c95d0de7299420b41d074fcba1a97badaf9");
    }

    @Test
    @DisplayName("neither the order of the images nor their sizes change it")
    void sameContent() {
        String fingerprint = Fingerprint.of(Architecture.AMD64, List.of(A, B), null);
        assertThat(Fingerprint.of(Architecture.AMD64, List.of(B, A), null)).isEqualTo(fingerprint);
        PlannedImage resized = new PlannedImage(A.reference(), A.digest(), A.manifestDigest(), 99, 9);
        assertThat(Fingerprint.of(Architecture.AMD64, List.of(B, resized), null))
                .isEqualTo(fingerprint);
    }

    @Test
    @DisplayName("another reference, digest, manifest, architecture, size or set of images is another content")
    void otherContent() {
        assertThat(List.of(
                        Fingerprint.of(Architecture.AMD64, List.of(A, B), null),
                        Fingerprint.of(Architecture.AMD64, List.of(A), null),
                        Fingerprint.of(Architecture.ARM64, List.of(A, B), null),
                        Fingerprint.of(Architecture.AMD64, List.of(A, B), 64),
                        Fingerprint.of(Architecture.AMD64, List.of(A, B), 65),
                        Fingerprint.of(Architecture.AMD64, List.of(with("x", A.digest(), A.manifestDigest()), B), null),
                        Fingerprint.of(
                                Architecture.AMD64, List.of(with(A.reference(), "x", A.manifestDigest()), B), null),
                        Fingerprint.of(Architecture.AMD64, List.of(with(A.reference(), A.digest(), "x"), B), null)))
                .doesNotHaveDuplicates()
                .allMatch(fingerprint -> fingerprint.matches("[0-9a-f]{64}"));
    }

    private static PlannedImage with(String reference, String digest, String manifestDigest) {
        return new PlannedImage(reference, digest, manifestDigest, 10, 1);
    }
}
