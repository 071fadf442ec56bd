package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.host.Detection;
import dev.prebake.lab.registry.Compression;
import dev.prebake.lab.registry.Descriptor;
import dev.prebake.lab.registry.Failure;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.lab.registry.RegistryAccess;
import dev.prebake.lab.registry.RegistryRequest;
import dev.prebake.lab.registry.StoredImage;
import dev.prebake.lab.registry.StoredManifest;
import dev.prebake.test.LocalCommandLine.Outcome;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("prebake local, given images of every kind at once,")
class ImageKindsTest {
    private static final long BLOCK = 4096;
    /** What a layer may take beside its files' content: its folders, a block each, and the rest of each file's last block. */
    private static final long BESIDE_A_LAYER = 4 * BLOCK;

    private static final Platform OTHER = Platform.current().equals(Platform.AMD64) ? Platform.ARM64 : Platform.AMD64;

    @TempDir
    private static Path folder;

    /** The bytes of each layer's files. */
    private static final Map<Layer, Long> CONTENT = new HashMap<>();
    /** What goes wrong with the first requests for layers: all of it passes. */
    private static final Queue<Failure> TROUBLES = new ConcurrentLinkedQueue<>(List.of(
            new Failure.Status(503, "UNAVAILABLE", "not now"),
            new Failure.Truncated(100),
            new Failure.Dropped(),
            new Failure.Corrupted(),
            new Failure.Status(429, "TOOMANYREQUESTS", "slow down", Map.of("Retry-After", "1"))));

    /** How often each blob was served. */
    private static final Map<String, Integer> GETS = new ConcurrentHashMap<>();

    private static final Map<String, ImageDefinition> IMAGES = new LinkedHashMap<>();

    private static LoopbackRegistry registry;
    private static ImageLayout layout;
    private static Outcome bake;
    private static Map<String, Integer> getsOfTheBake;

    @BeforeAll
    static void bakeAll() throws Exception {
        Detection detection = DataPlanes.detect(home());
        assumeTrue(detection.real(), detection.inWords());
        define();
        layout = ImageLayout.write(folder.resolve("layout"), List.copyOf(IMAGES.values()));
        Set<String> layers = layout.images().stream()
                .flatMap(image -> image.manifests().stream())
                .flatMap(manifest -> manifest.layers().stream())
                .map(Descriptor::digest)
                .collect(Collectors.toUnmodifiableSet());
        registry = LoopbackRegistry.builder()
                .layout(layout)
                .access(new RegistryAccess.AnonymousToken())
                .fault(request -> {
                    if (!request.method().equals("GET") || request.subject() != RegistryRequest.Subject.BLOB) {
                        return Optional.empty();
                    }
                    Failure trouble = layers.contains(request.reference()) ? TROUBLES.poll() : null;
                    if (trouble == null) {
                        GETS.merge(request.reference(), 1, Integer::sum);
                    }
                    return Optional.ofNullable(trouble);
                })
                .start();
        bake = local("docker", "--json", "--", Busybox.PATH, "grep", "-x", "top of docker", "/etc/top");
        assertThat(bake.exitCode()).as(bake.err()).isZero();
        assertThat(TROUBLES).isEmpty();
        getsOfTheBake = Map.copyOf(GETS);
    }

    @AfterAll
    static void close() {
        if (registry != null) {
            registry.close();
        }
    }

    private static void define() throws IOException {
        Layer busybox = layer(Busybox.PATH, Files.readAllBytes(Busybox.file()), Compression.GZIP);
        // Large enough to be unpacked beside containerd.
        Layer data = random("data", 9 << 20);
        define(ImageDefinition.of("kinds/shared-one:1", image(data, top("shared-one"))));
        define(ImageDefinition.of("kinds/shared-two:1", image(data, top("shared-two"))));
        define(ImageDefinition.index(
                "kinds/index:1",
                List.of(
                        new PlatformImage(OTHER, ImageConfig.EMPTY, List.of(random("other", 1 << 20))),
                        image(random("own", 1 << 20), top("index")))));
        define(ImageDefinition.of("kinds/pinned:1", image(random("pinned", 100_000), top("pinned"))));
        define(ImageDefinition.of("kinds/docker:1", image(busybox, top("below docker"), top("docker")))
                .asDocker());
        List<Layer> layers = new ArrayList<>(List.of(busybox));
        for (int i = 2; i < 60; i++) {
            layers.add(top("layer " + i));
        }
        layers.add(top("sixty"));
        define(ImageDefinition.of("kinds/sixty:1", image(layers.toArray(Layer[]::new))));
        if (hasZstd()) {
            define(ImageDefinition.of(
                    "kinds/zstd:1",
                    image(
                            random("zstd", 1 << 20, Compression.ZSTD),
                            layer("etc/top", "top of zstd\n".getBytes(StandardCharsets.UTF_8), Compression.ZSTD))));
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"shared-one", "shared-two", "index", "pinned", "docker", "sixty", "zstd"})
    @DisplayName("reports each with its registry's digest and size and the size of its content")
    void reports(String name) throws Exception {
        assumeTrue(IMAGES.containsKey(name), "zstd is not installed (Debian package zstd)");
        JsonNode reported = bake.json()
                .at("/snapshot/images")
                .valueStream()
                .filter(image -> image.path("reference").asText().equals(reference(name)))
                .findFirst()
                .orElseThrow();
        assertThat(reported.path("digest").asText()).isEqualTo(stored(name).digest());
        assertThat(reported.path("bytes").asLong()).isEqualTo(manifest(name).compressedBytes());
        List<Layer> layers = layers(name);
        assertThat(reported.path("unpackedBytes").asLong())
                .isBetween(content(layers), content(layers) + layers.size() * BESIDE_A_LAYER);
    }

    @Test
    @DisplayName("fetches every layer once, also those that images share; the uncached pod's once more")
    void fetchesEachLayerOnce() {
        assertThat(manifest("shared-one").layers().getFirst())
                .isEqualTo(manifest("shared-two").layers().getFirst());
        Map<String, Integer> expected = new LinkedHashMap<>();
        for (String name : IMAGES.keySet()) {
            manifest(name).layers().forEach(layer -> expected.put(layer.digest(), 1));
        }
        manifest("docker").layers().forEach(layer -> expected.put(layer.digest(), 2));
        assertThat(getsOfTheBake).containsAllEntriesOf(expected);
    }

    @Test
    @DisplayName("fetches nothing of another architecture's layers")
    void leavesOtherArchitecturesAlone() {
        StoredManifest other = manifest("index", OTHER);
        assertThat(other.layers()).isNotEmpty();
        assertThat(getsOfTheBake)
                .doesNotContainKeys(
                        other.layers().stream().map(Descriptor::digest).toArray(String[]::new))
                .doesNotContainKey(other.config().digest());
    }

    @Test
    @DisplayName("uses hardly more of the volume than the images' distinct layers unpacked")
    void usesLittleMore() throws Exception {
        // Neither the compressed layers nor second copies of shared ones are among it. Beside the layers there is
        // about a MiB whatever the images: containerd's databases, which grow in steps, the manifests, and the inodes
        // of the layers' folders.
        long beside = 2 << 20;
        Collection<Layer> distinct = distinct(IMAGES.keySet());
        long unpacked = content(distinct) + distinct.size() * BESIDE_A_LAYER;
        assertThat(bake.json().at("/snapshot/usedBytes").asLong())
                .isBetween(content(distinct), unpacked * 11 / 10 + beside);
    }

    @Test
    @DisplayName("starts the first one's pod from the snapshot, without a fetch, and leaves nothing else behind")
    void startsThePod() throws Exception {
        JsonNode podStart = bake.json().path("podStart");
        assertThat(podStart.path("image").asText()).isEqualTo(reference("docker"));
        assertThat(podStart.at("/uncached/fetch").asDouble()).isPositive();
        assertThat(podStart.at("/cached/fetch").asDouble()).isZero();
        assertThat(podStart.at("/cached/unpack").asDouble()).isZero();
        Leftovers.assertNone(home(), bake);
    }

    @Test
    @DisplayName("reuses their snapshot when another comes first, and starts that one's pod from it")
    void anotherOneFirst() throws Exception {
        // The registry's socket is on the network of the uncached node, and not on the cached one's, which has none: so
        // this fails on the cached node, after it has printed what the image has there.
        String isOnline = "%s grep -sqi ':%04X ' /proc/net/tcp /proc/net/tcp6".formatted(Busybox.PATH, registry.port());
        Outcome outcome =
                local("sixty", "--", Busybox.PATH, "sh", "-c", Busybox.PATH + " cat /etc/top; exec " + isOnline);
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(1);
        String snapshot = bake.json().at("/snapshot/id").asText();
        assertThat(outcome.err())
                .doesNotContain("LaunchBuilder")
                .contains("published " + snapshot, "starting the same pod on a fresh node from " + snapshot)
                .containsPattern("The pod of " + reference("sixty") + " ended with exit code [12]\\."
                        + " Its last lines:\n  top of sixty\n");
        Leftovers.assertNone(home(), outcome);
    }

    private static Outcome local(String first, String... more) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("--image", reference(first)));
        for (String name : IMAGES.keySet()) {
            if (!name.equals(first)) {
                arguments.addAll(List.of("--image", reference(name)));
            }
        }
        arguments.addAll(List.of(more));
        return LocalCommandLine.over(home()).run(arguments.toArray(String[]::new));
    }

    private static Path home() {
        return folder.resolve("home");
    }

    private static void define(ImageDefinition image) {
        IMAGES.put(image.reference().replaceFirst("kinds/(.*):1", "$1"), image);
    }

    private static PlatformImage image(Layer... layers) {
        return new PlatformImage(Platform.current(), ImageConfig.EMPTY, List.of(layers));
    }

    private static Layer top(String of) {
        return layer("etc/top", ("top of " + of + "\n").getBytes(StandardCharsets.UTF_8), Compression.GZIP);
    }

    private static Layer random(String name, int bytes) {
        return random(name, bytes, Compression.GZIP);
    }

    private static Layer random(String name, int bytes, Compression compression) {
        byte[] content = new byte[bytes];
        new Random(name.hashCode()).nextBytes(content);
        return layer("srv/" + name, content, compression);
    }

    private static Layer layer(String target, byte[] content, Compression compression) {
        Layer layer = Layer.builder()
                .file(target, content, 0755)
                .compression(compression)
                .build();
        CONTENT.put(layer, (long) content.length);
        return layer;
    }

    private static List<Layer> layers(String name) {
        return IMAGES.get(name).platforms().stream()
                .filter(image -> image.platform().equals(Platform.current()))
                .findFirst()
                .orElseThrow()
                .layers();
    }

    private static Collection<Layer> distinct(Collection<String> names) {
        return names.stream().flatMap(name -> layers(name).stream()).distinct().toList();
    }

    private static long content(Collection<Layer> layers) {
        return layers.stream().mapToLong(CONTENT::get).sum();
    }

    private static StoredImage stored(String name) {
        return layout.image("kinds/" + name + ":1");
    }

    private static StoredManifest manifest(String name) {
        return manifest(name, Platform.current());
    }

    private static StoredManifest manifest(String name, Platform platform) {
        return stored(name).manifests().stream()
                .filter(manifest -> platform.equals(manifest.platform()))
                .findFirst()
                .orElseThrow();
    }

    private static String reference(String name) {
        String byTag = registry.reference(stored(name));
        return name.equals("pinned")
                ? byTag.substring(0, byTag.lastIndexOf(':')) + "@"
                        + stored(name).digest()
                : byTag;
    }

    private static boolean hasZstd() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(programs -> Files.isExecutable(Path.of(programs, "zstd")));
    }
}
