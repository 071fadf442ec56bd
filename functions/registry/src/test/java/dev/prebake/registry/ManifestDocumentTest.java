package dev.prebake.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prebake.kernel.Architecture;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ManifestDocumentTest {
    private static final String IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json";

    private static String digest(int number) {
        return "sha256:" + String.format("%064x", number);
    }

    private static String entry(int number, String platform) {
        return "{\"digest\":\"" + digest(number) + "\",\"size\":1" + platform + "}";
    }

    private static String platform(String os, String architecture, String variant) {
        return ",\"platform\":{\"os\":\"" + os + "\",\"architecture\":\"" + architecture + "\""
                + (variant.isEmpty() ? "" : ",\"variant\":\"" + variant + "\"") + "}";
    }

    private static ManifestDocument parse(String json) {
        return ManifestDocument.parse(json.getBytes(UTF_8));
    }

    private static ManifestDocument.Index index(String... entries) {
        return (ManifestDocument.Index)
                parse("{\"schemaVersion\":2,\"manifests\":[" + String.join(",", entries) + "]}");
    }

    private static List<String> candidates(Architecture architecture, String... entries) {
        return index(entries).candidates(architecture).stream()
                .map(ManifestDocument.Entry::digest)
                .toList();
    }

    @Test
    @DisplayName("the entry of an index for Linux on the architecture is chosen, attestations aren't")
    void chooses() {
        String[] entries = {
            entry(1, platform("windows", "amd64", "")),
            entry(2, platform("linux", "amd64", "")),
            entry(3, platform("linux", "arm", "v7")),
            entry(4, platform("linux", "arm64", "v8")),
            entry(5, platform("unknown", "unknown", ""))
        };
        assertThat(candidates(Architecture.AMD64, entries)).containsExactly(digest(2));
        assertThat(candidates(Architecture.ARM64, entries)).containsExactly(digest(4));
        assertThat(index(entries).platforms()).isEqualTo("windows/amd64, linux/amd64, linux/arm/v7, linux/arm64/v8");
    }

    @Test
    @DisplayName("variants that need newer processors are passed over")
    void variants() {
        String[] entries = {
            entry(1, platform("linux", "amd64", "v3")),
            entry(2, platform("linux", "amd64", "v2")),
            entry(3, platform("linux", "amd64", "")),
            entry(4, platform("linux", "arm64", "v9")),
            entry(5, platform("linux", "arm64", ""))
        };
        assertThat(candidates(Architecture.AMD64, entries)).containsExactly(digest(3));
        assertThat(candidates(Architecture.ARM64, entries)).containsExactly(digest(5));
        assertThat(candidates(Architecture.AMD64, entries[0])).isEmpty();
    }

    @Test
    @DisplayName("entries without a platform count only when none has the right one")
    void withoutPlatform() {
        assertThat(candidates(Architecture.AMD64, entry(1, ""), entry(2, platform("linux", "amd64", ""))))
                .containsExactly(digest(2));
        assertThat(candidates(Architecture.AMD64, entry(1, ""), entry(2, platform("linux", "arm64", ""))))
                .containsExactly(digest(1));
        assertThat(index(entry(1, "")).platforms()).isEqualTo("one without a platform");
        assertThat(index().platforms()).isEqualTo("none");
    }

    @Test
    @DisplayName("a manifest gives its configuration and its layers in order, doubles included")
    void manifest() {
        assertThat(parse(manifestWith(IMAGE_CONFIG, layer(2, "10") + "," + layer(3, "20") + "," + layer(2, "10"))))
                .isEqualTo(new ManifestDocument.Manifest(
                        digest(1),
                        List.of(
                                new ResolvedImage.Layer(digest(2), 10),
                                new ResolvedImage.Layer(digest(3), 20),
                                new ResolvedImage.Layer(digest(2), 10))));
        assertThat(parse(manifestWith("application/vnd.docker.container.image.v1+json", "")))
                .isEqualTo(new ManifestDocument.Manifest(digest(1), List.of()));
    }

    private static String manifestWith(String configType, String layers) {
        return "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"" + configType + "\",\"digest\":\"" + digest(1)
                + "\",\"size\":5},\"layers\":[" + layers + "]}";
    }

    private static String layer(int number, String size) {
        return "{\"digest\":\"" + digest(number) + "\",\"size\":" + size + "}";
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("{\"schemaVersion\":1,\"fsLayers\":[]}", "schema 1"),
                Arguments.of("{\"fsLayers\":[]}", "schema 1"),
                Arguments.of("", "is no image manifest"),
                Arguments.of("<html>\n", "not even JSON: '<html>\\u000a'"),
                Arguments.of("{\"schemaVersion\":2", "not even JSON"),
                Arguments.of("[]", "is no image manifest: '[]'"),
                Arguments.of("null", "is no image manifest: 'null'"),
                Arguments.of("{}", "is no image manifest: '{}'"),
                Arguments.of("{\"config\":{},\"layers\":{}}", "is no image manifest"),
                Arguments.of(
                        "{\"manifests\":[{\"digest\":\"sha256:../../x\"}]}", "'sha256:../../x', which is no digest"),
                Arguments.of("{\"manifests\":[5]}", "'', which is no digest"),
                Arguments.of(
                        manifestWith("application/vnd.cncf.helm.config.v1+json", ""),
                        "it is no container image: its configuration is of type 'application/vnd.cncf.helm.config.v1+json'"),
                Arguments.of(manifestWith(IMAGE_CONFIG, layer(2, "-1")), "a layer of the size '-1'"),
                Arguments.of(manifestWith(IMAGE_CONFIG, layer(2, "1.5")), "a layer of the size '1.5'"),
                Arguments.of(manifestWith(IMAGE_CONFIG, layer(2, "\"1\"")), "a layer of the size"),
                Arguments.of(manifestWith(IMAGE_CONFIG, layer(2, "9".repeat(30))), "a layer of the size"),
                Arguments.of(manifestWith(IMAGE_CONFIG, "{\"size\":1}"), "'', which is no digest"),
                Arguments.of("[".repeat(100_000), "not even JSON"));
    }

    @ParameterizedTest
    @DisplayName("what is neither an index nor an image's manifest is refused, and quoted")
    @MethodSource("refused")
    void refuses(String body, String words) {
        assertThatThrownBy(() -> parse(body))
                .isInstanceOf(UnresolvedImageException.class)
                .hasMessageContaining(words)
                .satisfies(error ->
                        assertThat(((UnresolvedImageException) error).mayPass()).isFalse());
    }
}
