package dev.prebake.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageReferenceTest {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @DisplayName("a reference is completed as containerd completes it")
    @CsvSource({
        "busybox, docker.io/library/busybox:latest",
        "busybox:1.36, docker.io/library/busybox:1.36",
        "library/busybox, docker.io/library/busybox:latest",
        "nvidia/cuda:12.4.1-base, docker.io/nvidia/cuda:12.4.1-base",
        "docker.io/busybox, docker.io/library/busybox:latest",
        "index.docker.io/busybox, docker.io/library/busybox:latest",
        "index.docker.io/nvidia/cuda, docker.io/nvidia/cuda:latest",
        "nvcr.io/nvidia/pytorch:24.08-py3, nvcr.io/nvidia/pytorch:24.08-py3",
        "localhost/app, localhost/app:latest",
        "localhost:5000/app, localhost:5000/app:latest",
        "localhost:5000/app:v1, localhost:5000/app:v1",
        "127.0.0.1:5000/a/b/c, 127.0.0.1:5000/a/b/c:latest",
        "[::1]:5000/app:v1, [::1]:5000/app:v1",
        "[fe80::1]/app, [fe80::1]/app:latest",
        "Registry/app, Registry/app:latest",
        "registry.example:65535/app, registry.example:65535/app:latest",
        "host:5000, docker.io/library/host:5000",
        "a__b/c---d.e_f, docker.io/a__b/c---d.e_f:latest",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/model:1,"
                + " 123456789012.dkr.ecr.us-east-1.amazonaws.com/team/model:1",
        "x:_, docker.io/library/x:_",
        "x:A.b-c_D, docker.io/library/x:A.b-c_D",
    })
    void completes(String given, String canonical) {
        assertThat(ImageReference.parse(given)).hasToString(canonical);
    }

    @Test
    @DisplayName("a digest stands in for the tag, also where both are given")
    void digestWins() {
        assertThat(ImageReference.parse("busybox@" + DIGEST)).hasToString("docker.io/library/busybox@" + DIGEST);
        ImageReference both = ImageReference.parse("localhost:5000/busybox:1.36@" + DIGEST);
        assertThat(both).isEqualTo(new ImageReference("localhost:5000", "busybox", null, DIGEST));
        assertThat(both).hasToString("localhost:5000/busybox@" + DIGEST);
    }

    @Test
    @DisplayName("the parts are told apart")
    void parts() {
        assertThat(ImageReference.parse("nvcr.io/nvidia/pytorch:24.08-py3"))
                .isEqualTo(new ImageReference("nvcr.io", "nvidia/pytorch", "24.08-py3", null));
        assertThat(ImageReference.parse("nvcr.io/nvidia/pytorch:24.08-py3").name())
                .isEqualTo("nvcr.io/nvidia/pytorch");
    }

    static Stream<String> canonicalReferences() {
        List<String> references = new ArrayList<>();
        for (String registry :
                List.of("", "docker.io/", "r.example/", "R/", "localhost/", "localhost:1/", "[::1]:9/")) {
            for (String path : List.of("a", "0", "a/b", "a.b", "a_b", "a__b", "a-b", "a---b", "a/b/c.d/e-f")) {
                for (String end : List.of("", ":1", ":_.-", ":" + "t".repeat(128), "@" + DIGEST, ":1@" + DIGEST)) {
                    references.add(registry + path + end);
                }
            }
        }
        return references.stream();
    }

    @ParameterizedTest
    @DisplayName("the canonical text of any reference parses to the same reference again")
    @MethodSource("canonicalReferences")
    void canonicalTextIsStable(String given) {
        ImageReference reference = ImageReference.parse(given);
        assertThat(ImageReference.parse(reference.toString())).isEqualTo(reference);
        assertThat((reference.tag() == null) != (reference.digest() == null)).isTrue();
    }

    static Stream<String> malformedReferences() {
        return Stream.of(
                "",
                " ",
                "/",
                ":",
                "@",
                ":tag",
                "@" + DIGEST,
                "busybox ",
                " busybox",
                "Busybox",
                "busyBox:1",
                "docker.io/Library/busybox",
                "busybox:",
                "busybox:tag:tag",
                "busybox:.tag",
                "busybox:-tag",
                "busybox:ta g",
                "busybox:täg",
                "busybox:" + "t".repeat(129),
                "busybox@",
                "busybox@sha256:",
                "busybox@sha256:abc",
                "busybox@md5:" + "0".repeat(32),
                "busybox@" + DIGEST.toUpperCase(java.util.Locale.ROOT),
                "busybox@" + DIGEST + "0",
                "busybox@" + DIGEST + "@" + DIGEST,
                "a//b",
                "/a",
                "a/",
                "localhost/",
                "localhost:5000/",
                "localhost:5000/:tag",
                "a..b",
                "a___b",
                "a._b",
                ".a",
                "a.",
                "-a",
                "a-",
                "_a",
                "a/-b",
                "https://docker.io/busybox",
                "-host.example/app",
                "host-.example/app",
                "host..example/app",
                "ho_st.example/app",
                "host.example:/app",
                "host.example:0/app",
                "host.example:65536/app",
                "host.example:123456/app",
                "host.example:abc/app",
                "[::1/app",
                "[::g]/app",
                "user@host.example/app",
                "bus\nybox",
                "busybox\n",
                "busybox:1\n",
                "bus\u0000ybox",
                "busybox\u202e",
                "ｂusybox",
                "0123456789abcdef".repeat(4),
                "a".repeat(256),
                "a/".repeat(200) + "a",
                "a.".repeat(100_000) + "a",
                "a".repeat(1_000_000),
                ":".repeat(100_000),
                "@".repeat(100_000));
    }

    @ParameterizedTest
    @DisplayName("what is no reference is refused in one short line that quotes it")
    @MethodSource("malformedReferences")
    void refuses(String given) {
        assertThatThrownBy(() -> ImageReference.parse(given))
                .isInstanceOf(MalformedReferenceException.class)
                .hasMessageStartingWith(Excerpt.of(given) + " is no image reference: ")
                .message()
                .hasSizeLessThan(600)
                .doesNotContain("\n");
    }

    @Test
    @DisplayName("the whole name has at most 255 characters, the registry included")
    void limitsName() {
        String longest = "r.example/" + "a".repeat(245);
        assertThat(ImageReference.parse(longest).name()).hasSize(255);
        assertThatThrownBy(() -> ImageReference.parse(longest + "a")).hasMessageContaining("longer than 255");
    }

    @ParameterizedTest
    @DisplayName("only a registry on this machine counts as loopback")
    @ValueSource(
            strings = {"localhost/a", "localhost:5000/a", "127.0.0.1/a", "127.1.2.3:80/a", "[::1]/a", "[::1]:80/a"})
    void loopback(String given) {
        assertThat(ImageReference.parse(given).isLoopback()).isTrue();
    }

    @ParameterizedTest
    @DisplayName("a registry that only looks like this machine doesn't count as loopback")
    @ValueSource(
            strings = {
                "busybox",
                "localhost.example/a",
                "127.0.0.1.example/a",
                "127.0.0/a",
                "128.0.0.1/a",
                "10.0.0.1:5000/a",
                "[::2]/a",
                "[::1:1]:80/a",
                "localhosts:80/a"
            })
    void notLoopback(String given) {
        assertThat(ImageReference.parse(given).isLoopback()).isFalse();
    }
}
