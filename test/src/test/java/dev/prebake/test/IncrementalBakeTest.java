package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.host.Detection;
import dev.prebake.lab.registry.Descriptor;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.lab.registry.RegistryRequest;
import dev.prebake.lab.registry.StoredImage;
import dev.prebake.lab.registry.StoredManifest;
import dev.prebake.test.LocalCommandLine.Outcome;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("prebake local, run again after an image has changed and one has come,")
class IncrementalBakeTest {
    /** Large enough to be unpacked beside containerd. */
    private static final int MODEL_BYTES = 9 << 20;

    @TempDir
    private Path folder;

    private final Queue<String> blobs = new ConcurrentLinkedQueue<>();
    private Layer busybox;
    private LoopbackRegistry registry;
    private StoredImage app;
    private StoredImage changed;
    private StoredImage added;
    private int layouts;

    @BeforeEach
    void serve() throws IOException {
        busybox = Busybox.layer();
        ImageLayout first = layout(
                ImageDefinition.of("incremental/app:1", image(busybox, random("model", MODEL_BYTES), top("first"))));
        app = first.image("incremental/app:1");
        registry = LoopbackRegistry.builder()
                .layout(first)
                .fault(request -> {
                    if (request.subject() == RegistryRequest.Subject.BLOB) {
                        blobs.add(request.reference());
                    }
                    return Optional.empty();
                })
                .start();
    }

    @AfterEach
    void close() {
        if (registry != null) {
            registry.close();
        }
    }

    @Test
    @DisplayName("fetches the changed layer and the new image's own, keeps the rest of the base, drops what went")
    void intoFolders() throws Exception {
        LocalCommandLine command = WithoutPrivileges.over(home());
        String first = assertFirstBake(command.run(arguments()));
        change();
        blobs.clear();

        String second = assertBakedOn(first, command.run(arguments()));

        assertThat(blobs)
                .contains(
                        layers(changed).getLast().digest(),
                        layers(added).getLast().digest())
                .doesNotContain(
                        layers(changed).get(0).digest(), layers(changed).get(1).digest());
        Path data = home().resolve("directories/snapshots").resolve(second).resolve("data");
        try (Stream<Path> kept = Files.list(data.resolve("blobs/sha256"))) {
            assertThat(kept.map(file -> "sha256:" + file.getFileName()))
                    .contains(layers(changed).getFirst().digest())
                    .doesNotContain(layers(app).getLast().digest(), app.digest());
        }
        assertForcedFromEmpty(command);
    }

    @Test
    @DisplayName("bakes from empty, and says why, when the base is damaged")
    void damagedFolder() throws Exception {
        LocalCommandLine command = WithoutPrivileges.over(home());
        String first = assertFirstBake(command.run(arguments()));
        Path model = home().resolve("directories/snapshots")
                .resolve(first)
                .resolve("data/blobs")
                .resolve(layers(app).get(1).digest().replace(':', '/'));
        Files.writeString(model, "damaged");
        change();

        assertDiscarded(first, command.run(arguments()));
    }

    @Test
    @DisplayName("does so on real volumes too, whose pod then starts from the new snapshot")
    void onVolumes() throws Exception {
        Detection detection = DataPlanes.detect(home());
        assumeTrue(detection.real(), detection.inWords());
        LocalCommandLine command = LocalCommandLine.over(home());
        String first = assertFirstBake(command.run(arguments("--", Busybox.PATH, "grep", "-x", "first", "/etc/top")));
        change();
        String second =
                assertBakedOn(first, command.run(arguments("--", Busybox.PATH, "grep", "-x", "second", "/etc/top")));

        // Where XFS has its superblock, so that nothing can be mounted.
        Path image = home().resolve("snapshots").resolve(second).resolve("snapshot.img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.write(new byte[1 << 20]);
        }
        added = addLayout(ImageDefinition.of("incremental/tool:1", image(busybox, random("newer tool", 1 << 20))));
        assertDiscarded(second, command.run(arguments("--", Busybox.PATH, "true")));
    }

    private String assertFirstBake(Outcome outcome) throws IOException {
        JsonNode report = succeeded(outcome);
        assertThat(report.path("bake").has("base")).isFalse();
        assertThat(report.at("/bake/compressedBytes").asLong()).isEqualTo(bytes(layers(app)));
        return report.at("/snapshot/id").asText();
    }

    /** Checks a bake of the changed image and the added one on the snapshot of the first; returns its own. */
    private String assertBakedOn(String base, Outcome outcome) throws IOException {
        JsonNode report = succeeded(outcome);
        assertThat(report.at("/bake/base")).hasToString("{\"snapshotId\":\"" + base + "\",\"kept\":true}");
        long fresh = layers(changed).getLast().size() + layers(added).getLast().size();
        assertThat(report.at("/bake/fetchedBytes").asLong()).isEqualTo(fresh);
        assertThat(report.at("/bake/compressedBytes").asLong())
                .isEqualTo(bytes(layers(changed)) + layers(added).getLast().size());
        assertThat(report.at("/snapshot/images"))
                .extracting(image -> image.path("digest").asText())
                .containsExactly(changed.digest(), added.digest());
        assertThat(report.at("/snapshot/id").asText()).isNotEqualTo(base);
        return report.at("/snapshot/id").asText();
    }

    private void assertDiscarded(String base, Outcome outcome) throws IOException {
        JsonNode report = succeeded(outcome);
        assertThat(report.at("/bake/base/snapshotId").asText()).isEqualTo(base);
        assertThat(report.at("/bake/base/kept").asBoolean()).isFalse();
        assertThat(report.at("/bake/base/discarded").asText()).isNotBlank();
        assertThat(report.at("/bake/fetchedBytes").asLong())
                .isEqualTo(report.at("/bake/compressedBytes").asLong());
    }

    private void assertForcedFromEmpty(LocalCommandLine command) throws Exception {
        Path input = Files.writeString(folder.resolve("force.json"), "{\"force\": true}");
        JsonNode report = succeeded(command.run(arguments("--input", input.toString())));
        assertThat(report.path("bake").has("base")).isFalse();
        assertThat(report.at("/bake/fetchedBytes").asLong())
                .isEqualTo(report.at("/bake/compressedBytes").asLong());
    }

    private JsonNode succeeded(Outcome outcome) throws IOException {
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        Leftovers.assertNone(home(), outcome);
        return outcome.json();
    }

    /** Moves the image's tag to one with another uppermost layer, and adds an image. */
    private void change() throws IOException {
        changed = addLayout(
                ImageDefinition.of("incremental/app:1", image(busybox, random("model", MODEL_BYTES), top("second"))));
        added = addLayout(ImageDefinition.of("incremental/tool:1", image(busybox, random("tool", 1 << 20))));
    }

    private StoredImage addLayout(ImageDefinition image) throws IOException {
        ImageLayout layout = layout(image);
        registry.add(layout);
        return layout.image(image.reference());
    }

    private ImageLayout layout(ImageDefinition image) throws IOException {
        return ImageLayout.write(folder.resolve("layout-" + ++layouts), image);
    }

    private String[] arguments(String... more) {
        Stream<String> images = Stream.of(app, added)
                .filter(image -> image != null)
                .flatMap(image -> Stream.of("--image", registry.reference(image)));
        return Stream.of(Stream.of("--json"), images, Stream.of(more))
                .flatMap(words -> words)
                .toArray(String[]::new);
    }

    private Path home() {
        return folder.resolve("home");
    }

    private static PlatformImage image(Layer... layers) {
        return new PlatformImage(Platform.current(), ImageConfig.EMPTY, List.of(layers));
    }

    private static Layer top(String version) {
        return Layer.builder().file("etc/top", version + "\n").build();
    }

    private static Layer random(String name, int bytes) {
        byte[] content = new byte[bytes];
        new Random(name.hashCode()).nextBytes(content);
        return Layer.builder().file("srv/content", content, 0644).build();
    }

    private static List<Descriptor> layers(StoredImage image) {
        StoredManifest manifest = image.manifests().getFirst();
        return manifest.layers();
    }

    private static long bytes(List<Descriptor> layers) {
        return layers.stream().mapToLong(Descriptor::size).sum();
    }
}
