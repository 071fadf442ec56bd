package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.registry.Descriptor;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.lab.registry.StoredImage;
import dev.prebake.lab.registry.StoredManifest;
import dev.prebake.test.LocalCommandLine.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("prebake local, run by a user without privileges,")
class WithoutPrivilegesTest {
    @TempDir
    private Path folder;

    private Path home;
    private LocalCommandLine command;
    private LoopbackRegistry registry;

    @BeforeEach
    void becomeAUser() throws Exception {
        home = folder.resolve("home");
        command = WithoutPrivileges.over(home);
    }

    @AfterEach
    void close() {
        if (registry != null) {
            registry.close();
        }
    }

    @Test
    @DisplayName("fetches and checks the images into a snapshot that is an OCI layout, and says why it starts no pod")
    void bakesIntoFolders() throws Exception {
        ImageLayout layout = ImageLayout.write(
                folder.resolve("layout"),
                ImageDefinition.of("folders/oci:1", image("oci")),
                ImageDefinition.of("folders/docker:1", image("docker")).asDocker());
        registry = LoopbackRegistry.serve(layout);
        List<String> arguments = new ArrayList<>(List.of("--json"));
        layout.images().forEach(image -> arguments.addAll(List.of("--image", registry.reference(image))));

        Outcome first = command.run(arguments.toArray(String[]::new));
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.err()).contains("Volumes are plain folders here").contains("LaunchBuilder");
        JsonNode report = first.json();
        assertThat(report.has("podStart")).isFalse();
        assertThat(report.path("podStartNotMeasured").asText()).contains("you are not root");
        assertThat(report.at("/snapshot/images").valueStream())
                .extracting(
                        image -> image.path("reference").asText(),
                        image -> image.path("digest").asText())
                .containsExactlyElementsOf(layout.images().stream()
                        .map(image -> tuple(registry.reference(image), image.digest()))
                        .toList());
        Leftovers.assertNone(home, first);

        String snapshot = report.at("/snapshot/id").asText();
        assertIsLayout(home.resolve("directories/snapshots").resolve(snapshot).resolve("data"), layout);

        Outcome second = command.run(arguments.toArray(String[]::new));
        assertThat(second.exitCode()).as(second.err()).isZero();
        assertThat(second.err()).doesNotContain("LaunchBuilder");
        assertThat(second.json().at("/execution/reused").asBoolean()).isTrue();
        assertThat(second.json().at("/snapshot/id").asText()).isEqualTo(snapshot);
        Leftovers.assertNone(home, second);
    }

    /** Checks that the folder is a layout of the same images, and that every blob is what its name says. */
    private void assertIsLayout(Path data, ImageLayout expected) throws Exception {
        ImageLayout kept = ImageLayout.open(data);
        assertThat(kept.images())
                .extracting(StoredImage::reference, StoredImage::descriptor, StoredImage::manifests)
                .containsExactlyElementsOf(expected.images().stream()
                        .map(image -> tuple(registry.reference(image), image.descriptor(), image.manifests()))
                        .toList());
        List<String> digests = new ArrayList<>();
        for (StoredImage image : expected.images()) {
            for (StoredManifest manifest : image.manifests()) {
                digests.add(manifest.descriptor().digest());
                digests.add(manifest.config().digest());
                manifest.layers().stream().map(Descriptor::digest).forEach(digests::add);
            }
        }
        try (Stream<Path> blobs = Files.list(data.resolve("blobs/sha256"))) {
            assertThat(blobs.map(WithoutPrivilegesTest::digest)).containsExactlyInAnyOrderElementsOf(digests);
        }
        for (String digest : digests) {
            assertThat(digest(kept.blob(digest))).isEqualTo(digest);
        }
    }

    private static PlatformImage image(String name) {
        Layer below = Layer.builder().file("etc/below", name + " below\n").build();
        Layer top = Layer.builder().file("etc/top", name + " top\n").build();
        return new PlatformImage(Platform.current(), ImageConfig.EMPTY, List.of(below, top));
    }

    private static String digest(Path file) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
