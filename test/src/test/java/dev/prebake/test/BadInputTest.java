package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.lab.registry.RegistryAccess;
import dev.prebake.test.LocalCommandLine.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("prebake local, given what can't be baked,")
class BadInputTest {
    private static final Platform OTHER = Platform.current().equals(Platform.AMD64) ? Platform.ARM64 : Platform.AMD64;
    private static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String WHAT_TO_DO = "Nothing was launched. Correct ";

    @TempDir
    private static Path layouts;

    @TempDir
    private Path folder;

    private static LoopbackRegistry open;
    private static LoopbackRegistry closed;
    private static HandmadeRegistry handmade;

    /**
     * An input that is refused.
     *
     * @param what the reason
     * @param image the image, or empty where there is none
     * @param fields the input beside the images
     * @param answer what the error says about it, all on one line
     */
    record Bad(String what, String image, ObjectNode fields, List<String> answer) {
        Bad(String what, String image, String... answer) {
            this(what, image, json(), List.of(answer));
        }

        ObjectNode input() {
            ObjectNode input = fields.deepCopy();
            if (!image.isEmpty()) {
                input.putArray("images").add(image);
            }
            return input;
        }

        @Override
        public String toString() {
            return what;
        }
    }

    @BeforeAll
    static void serve() throws IOException {
        ImageLayout layout = ImageLayout.write(
                layouts.resolve("layout"),
                ImageDefinition.of("bad/private:1", image(Platform.current())),
                ImageDefinition.of("bad/other:1", image(OTHER)),
                ImageDefinition.index("bad/other-index:1", List.of(image(OTHER))));
        open = LoopbackRegistry.serve(layout);
        closed = LoopbackRegistry.builder()
                .layout(layout)
                .access(new RegistryAccess.Basic("someone", "secret"))
                .start();
        handmade = HandmadeRegistry.start();
    }

    @AfterAll
    static void close() {
        open.close();
        closed.close();
        handmade.close();
    }

    private static PlatformImage image(Platform platform) {
        Layer layer = Layer.builder().file("etc/motd", "hello\n").build();
        return new PlatformImage(platform, ImageConfig.EMPTY, List.of(layer));
    }

    private static Stream<Bad> everyKind() {
        return Stream.concat(
                Stream.of(new Bad(
                        "no image",
                        "",
                        json().set("images", json().arrayNode()),
                        List.of("images: is empty: there is nothing to bake"))),
                combinable().stream());
    }

    private static List<Bad> combinable() {
        String there = open.address() + " answered ";
        String platform = "linux/" + Platform.current().architecture();
        return List.of(
                new Bad(
                        "a malformed reference",
                        "UPPER CASE",
                        "images[0]: 'UPPER CASE' is no image reference",
                        "is no repository"),
                new Bad(
                        "an unknown repository",
                        open.address() + "/bad/none:1",
                        there + "404 NAME_UNKNOWN",
                        "no such image"),
                new Bad(
                        "an unknown tag",
                        open.address() + "/bad/other:2",
                        there + "404 MANIFEST_UNKNOWN",
                        "no such image"),
                new Bad("an unreachable registry", "127.0.0.1:1/bad/none:1", "127.0.0.1:1 can't be reached"),
                new Bad(
                        "a private image",
                        closed.address() + "/bad/private:1",
                        closed.address() + " answered 401 UNAUTHORIZED: authentication required",
                        "no credentials are configured for"),
                new Bad(
                        "an image for another architecture",
                        open.address() + "/bad/other:1",
                        "it is for " + OTHER,
                        "not for " + platform),
                new Bad(
                        "an index without this architecture",
                        open.address() + "/bad/other-index:1",
                        "there is none for " + platform,
                        "its index has " + OTHER),
                new Bad(
                        "a schema 1 manifest",
                        handmade.manifest(
                                "bad/schema1",
                                "application/vnd.docker.distribution.manifest.v1+prettyjws",
                                """
                                {"schemaVersion": 1, "name": "bad/schema1", "tag": "1", "architecture": "%s",
                                 "fsLayers": [{"blobSum": "sha256:%s"}], "history": [{"v1Compatibility": "{}"}]}\
                                """.formatted(Platform.current().architecture(), "a".repeat(64))),
                        "schema 1",
                        "push it again"),
                new Bad(
                        "a Helm chart",
                        handmade.manifest(
                                "bad/chart",
                                OCI_MANIFEST,
                                manifest(
                                        handmade.config(
                                                "bad/chart",
                                                "application/vnd.cncf.helm.config.v1+json",
                                                "{\"name\": \"chart\"}"),
                                        1000)),
                        "it is no container image",
                        "application/vnd.cncf.helm.config.v1+json"),
                new Bad(
                        "a volume that is too small",
                        handmade.manifest(
                                "bad/large",
                                OCI_MANIFEST,
                                manifest(
                                        handmade.config(
                                                "bad/large",
                                                OCI_CONFIG,
                                                "{\"os\": \"linux\", \"architecture\": \"%s\"}"
                                                        .formatted(Platform.current()
                                                                .architecture())),
                                        3L << 30)),
                        json().put("volumeSizeGiB", 1),
                        List.of(
                                "volumeSizeGiB: 1 GiB is too small",
                                "3.0 GiB of compressed layers",
                                "give 11 or more")));
    }

    private static String manifest(String config, long layerBytes) {
        return """
                {"schemaVersion": 2, "mediaType": "%s", "config": %s, "layers": [
                 {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:%s", "size": %d}]}\
                """.formatted(OCI_MANIFEST, config, "b".repeat(64), layerBytes);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("everyKind")
    @DisplayName("names it, says why it can't be and what to do, and launches nothing")
    void refuses(Bad bad) throws Exception {
        Outcome outcome = local(bad.input());
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(1);
        // The volume's size is about all images together.
        String named = bad.fields().has("volumeSizeGiB") ? "" : bad.image();
        assertThat(problems(outcome))
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains(named).contains(bad.answer()));
        assertLaunchesNothing(outcome);
    }

    @Test
    @DisplayName("lists all of it in one error")
    void refusesAllAtOnce() throws Exception {
        ObjectNode input = json();
        List<Bad> all = combinable();
        all.forEach(bad -> input.setAll(bad.fields()));
        all.forEach(bad -> input.withArray("images").add(bad.image()));
        Outcome outcome = local(input);
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(1);
        assertThat(problems(outcome)).hasSameSizeAs(all);
        for (Bad bad : all) {
            assertThat(problems(outcome))
                    .as(bad.what())
                    .anySatisfy(problem -> assertThat(problem).contains(bad.answer()));
        }
        assertLaunchesNothing(outcome);
    }

    private void assertLaunchesNothing(Outcome outcome) throws IOException {
        assertThat(outcome.err()).contains(WHAT_TO_DO).doesNotContain("LaunchBuilder", "\tat ");
        assertThat(outcome.out()).isEmpty();
        Leftovers.assertNone(home(), outcome);
    }

    /** The error's list. */
    private static List<String> problems(Outcome outcome) {
        return outcome.err().lines().filter(line -> line.startsWith("- ")).toList();
    }

    private Outcome local(ObjectNode input) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("input.json"), input.toString());
        return LocalCommandLine.over(home()).run("--input", file.toString());
    }

    private Path home() {
        return folder.resolve("home");
    }

    private static ObjectNode json() {
        return new ObjectMapper().createObjectNode();
    }
}
