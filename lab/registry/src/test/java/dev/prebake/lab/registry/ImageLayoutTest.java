package dev.prebake.lab.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageLayoutTest {
    @TempDir
    Path temporary;

    private Path layout() {
        return temporary.resolve("layout");
    }

    @Test
    @DisplayName("the same tree gives the same digests, whatever its times and the order in which it was made")
    void deterministic() throws IOException {
        Path first = temporary.resolve("first");
        Path second = temporary.resolve("second");
        for (Path tree : List.of(first, second)) {
            Files.createDirectories(tree.resolve("a/b"));
            List<String> names = tree.equals(first) ? List.of("x", "a/y", "a/b/z") : List.of("a/b/z", "x", "a/y");
            for (String name : names) {
                Files.writeString(tree.resolve(name), "content of " + name);
            }
            Files.setLastModifiedTime(tree.resolve("x"), FileTime.fromMillis(tree.equals(first) ? 1 : 1_000_000_000));
        }
        ImageLayout one =
                ImageLayout.write(temporary.resolve("one"), TestImages.single("test/tree:1", Layer.directory(first)));
        ImageLayout other = ImageLayout.write(
                temporary.resolve("other"), TestImages.single("test/tree:1", Layer.directory(second)));
        assertThat(other.images()).isEqualTo(one.images());
    }

    @Test
    @DisplayName("a layer that two images share is stored once")
    void sharedLayers() throws IOException {
        Layer base = TestImages.layer("base");
        ImageLayout layout = ImageLayout.write(
                layout(),
                TestImages.single("test/one:1", base, TestImages.layer("one")),
                TestImages.single("test/two:1", base, TestImages.layer("two")));
        StoredManifest one = layout.image("test/one:1").manifests().getFirst();
        StoredManifest two = layout.image("test/two:1").manifests().getFirst();
        assertThat(one.layers().getFirst()).isEqualTo(two.layers().getFirst());
        assertThat(one.layers().get(1)).isNotEqualTo(two.layers().get(1));
        // Two manifests, two configurations, three layers.
        try (Stream<Path> blobs = Files.list(layout().resolve("blobs/sha256"))) {
            assertThat(blobs).hasSize(7);
        }
    }

    @Test
    @DisplayName("every blob has the digest that is its name, and its descriptor's size")
    void blobsMatchTheirDigests() throws Exception {
        ImageLayout layout = ImageLayout.write(
                layout(), TestImages.twoPlatforms("test/index:1"), TestImages.sixtyLayers("test/sixty:1"));
        assertThat(layout.image("test/sixty:1").manifests().getFirst().layers()).hasSize(60);
        try (Stream<Path> blobs = Files.list(layout().resolve("blobs/sha256"))) {
            for (Path blob : blobs.toList()) {
                MessageDigest hash = LayoutWriter.sha256();
                hash.update(Files.readAllBytes(blob));
                assertThat(LayoutWriter.name(hash)).isEqualTo("sha256:" + blob.getFileName());
            }
        }
        for (StoredImage image : layout.images()) {
            for (StoredManifest manifest : image.manifests()) {
                for (Descriptor layer : manifest.layers()) {
                    assertThat(Files.size(layout.blob(layer.digest()))).isEqualTo(layer.size());
                }
            }
        }
    }

    @Test
    @DisplayName("diff IDs are the digests of the uncompressed tars")
    void diffIds() throws IOException {
        ImageLayout layout = ImageLayout.write(layout(), TestImages.single("test/one:1", TestImages.layer("one")));
        StoredManifest manifest = layout.images().getFirst().manifests().getFirst();
        MessageDigest hash = LayoutWriter.sha256();
        try (InputStream in = new GZIPInputStream(
                Files.newInputStream(layout.blob(manifest.layers().getFirst().digest())))) {
            hash.update(in.readAllBytes());
        }
        JsonNode config = new ObjectMapper()
                .readTree(layout.blob(manifest.config().digest()).toFile());
        assertThat(config.at("/rootfs/diff_ids/0").asText()).isEqualTo(LayoutWriter.name(hash));
        assertThat(config.path("history")).hasSize(1);
        assertThat(config.path("architecture").asText()).isEqualTo("amd64");
    }

    @Test
    @DisplayName("an index names the manifest of each platform")
    void index() throws IOException {
        StoredImage image = ImageLayout.write(layout(), TestImages.twoPlatforms("test/index:1"))
                .images()
                .getFirst();
        assertThat(image.descriptor().mediaType()).isEqualTo("application/vnd.oci.image.index.v1+json");
        assertThat(image.manifests())
                .extracting(StoredManifest::platform)
                .containsExactly(Platform.AMD64, Platform.ARM64);
    }

    @Test
    @DisplayName("the media types are those of the format and the compression")
    void mediaTypes() throws IOException {
        assumeTrue(Programs.isInstalled("zstd"), "the zstd program is not installed");
        Layer plain = TestImages.layer("one").compressed(Compression.NONE);
        Layer zstd = TestImages.layer("two").compressed(Compression.ZSTD);
        Layer gzip = TestImages.layer("three");
        ImageLayout layout = ImageLayout.write(
                layout(),
                TestImages.single("test/oci:1", plain, zstd, gzip),
                TestImages.single("test/docker:1", gzip).asDocker());
        assertThat(layout.image("test/oci:1").manifests().getFirst().layers())
                .extracting(Descriptor::mediaType)
                .containsExactly(
                        "application/vnd.oci.image.layer.v1.tar",
                        "application/vnd.oci.image.layer.v1.tar+zstd",
                        "application/vnd.oci.image.layer.v1.tar+gzip");
        StoredManifest docker = layout.image("test/docker:1").manifests().getFirst();
        assertThat(docker.descriptor().mediaType()).isEqualTo("application/vnd.docker.distribution.manifest.v2+json");
        assertThat(docker.config().mediaType()).isEqualTo("application/vnd.docker.container.image.v1+json");
        assertThat(docker.layers().getFirst().mediaType())
                .isEqualTo("application/vnd.docker.image.rootfs.diff.tar.gzip");
    }

    @Test
    @DisplayName("a zstd layer unpacks to the same tar as a plain one")
    void zstd() throws Exception {
        assumeTrue(Programs.isInstalled("zstd"), "the zstd program is not installed");
        Layer layer = TestImages.layer("one");
        ImageLayout layout = ImageLayout.write(
                layout(),
                TestImages.single("test/plain:1", layer.compressed(Compression.NONE)),
                TestImages.single("test/zstd:1", layer.compressed(Compression.ZSTD)));
        Path plain = layout.blob(layout.image("test/plain:1")
                .manifests()
                .getFirst()
                .layers()
                .getFirst()
                .digest());
        Path zstd = layout.blob(layout.image("test/zstd:1")
                .manifests()
                .getFirst()
                .layers()
                .getFirst()
                .digest());
        Path unpacked = temporary.resolve("unpacked.tar");
        assertThat(Programs.run("zstd", "-q", "-d", zstd.toString(), "-o", unpacked.toString())
                        .status())
                .isZero();
        assertThat(unpacked).hasSameBinaryContentAs(plain);
    }

    @Test
    @DisplayName("Docker's format refuses zstd before anything is written")
    void dockerHasNoZstd() {
        ImageDefinition image = TestImages.single(
                        "test/one:1", TestImages.layer("one").compressed(Compression.ZSTD))
                .asDocker();
        assertThatThrownBy(() -> ImageLayout.write(layout(), image))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no zstd layers");
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    @DisplayName("a tree keeps links, hard links, modes, long and non-ASCII names; owners and times only if asked")
    void treeEntries() throws IOException {
        Path tree = Files.createDirectories(temporary.resolve("tree"));
        String longName = "n".repeat(150);
        Files.writeString(tree.resolve("file"), "content");
        Files.setPosixFilePermissions(tree.resolve("file"), PosixFilePermissions.fromString("rwxr-x---"));
        Files.setLastModifiedTime(tree.resolve("file"), FileTime.from(Instant.ofEpochSecond(1_234_567_890)));
        Files.createLink(tree.resolve("hard"), tree.resolve("file"));
        Files.createSymbolicLink(tree.resolve("soft"), Path.of("nowhere/else"));
        Files.writeString(tree.resolve("größe-" + longName), "");

        Map<String, TarArchiveEntry> plain =
                entries(Layer.builder().tree("base", tree).build());
        assertThat(plain.keySet())
                .containsExactly("base/", "base/file", "base/größe-" + longName, "base/hard", "base/soft");
        assertThat(entry(plain, "base/file").getMode() & 0777).isEqualTo(0750);
        assertThat(entry(plain, "base/file").getLastModifiedTime().toInstant()).isEqualTo(Layer.TIME);
        assertThat(entry(plain, "base/file").getLongUserId()).isZero();
        assertThat(entry(plain, "base/file").getUserName()).isEmpty();
        assertThat(entry(plain, "base/hard").isLink()).isTrue();
        assertThat(entry(plain, "base/hard").getLinkName()).isEqualTo("base/file");
        assertThat(entry(plain, "base/soft").getLinkName()).isEqualTo("nowhere/else");

        Map<String, TarArchiveEntry> kept =
                entries(Layer.builder().tree("", tree).keepTimes().keepOwners().build());
        assertThat(entry(kept, "file").getLastModifiedTime().toInstant())
                .isEqualTo(Instant.ofEpochSecond(1_234_567_890));
        assertThat(entry(kept, "file").getLongUserId())
                .isEqualTo(((Integer) Files.getAttribute(tree.resolve("file"), "unix:uid")).longValue());
    }

    @Test
    @DisplayName("parent directories are added, and a whiteout has its special name")
    void impliedDirectoriesAndWhiteouts() throws IOException {
        Map<String, TarArchiveEntry> entries = entries(
                Layer.builder().file("/a/b/c", "text").whiteout("/a/gone").build());
        assertThat(entries.keySet()).containsExactly("a/", "a/.wh.gone", "a/b/", "a/b/c");
    }

    @Test
    @DisplayName("overlayfs's mark of a deleted file becomes a whiteout")
    void overlayWhiteout() throws Exception {
        assumeTrue(Programs.isRoot(), "making a device node needs root");
        Path tree = Files.createDirectories(temporary.resolve("tree"));
        assumeTrue(
                Programs.run("mknod", tree.resolve("gone").toString(), "c", "0", "0")
                                .status()
                        == 0,
                "no device nodes can be made here");
        assertThat(entries(Layer.directory(tree)).keySet()).containsExactly(".wh.gone");
    }

    @Test
    @DisplayName("a tar becomes a layer byte for byte")
    void tarLayer() throws IOException {
        var tar = new ByteArrayOutputStream();
        TestImages.layer("one").writeTar(tar);
        Path file = Files.write(temporary.resolve("layer.tar"), tar.toByteArray());
        ImageLayout layout = ImageLayout.write(
                layout(), TestImages.single("test/tar:1", Layer.tar(file).compressed(Compression.NONE)));
        Descriptor layer =
                layout.images().getFirst().manifests().getFirst().layers().getFirst();
        assertThat(layout.blob(layer.digest())).hasBinaryContent(tar.toByteArray());
    }

    @Test
    @DisplayName("writing again replaces the layout, removes what a killed process left, and leaves nothing beside it")
    void replaces() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Path left = Files.createDirectories(temporary.resolve("layout-" + gone.pid() + "-1.part/blobs"));
        ImageLayout.write(layout(), TestImages.single("test/one:1", TestImages.layer("one")));
        ImageLayout.write(layout(), TestImages.single("test/two:1", TestImages.layer("two")));
        assertThat(ImageLayout.open(layout()).images())
                .extracting(StoredImage::reference)
                .containsExactly("test/two:1");
        assertThat(left).doesNotExist();
        try (Stream<Path> entries = Files.list(temporary)) {
            assertThat(entries).containsExactly(layout());
        }
    }

    @Test
    @DisplayName("a write that fails leaves the old layout as it was, and nothing beside it")
    void failedWrite() throws IOException {
        ImageLayout old = ImageLayout.write(layout(), TestImages.single("test/one:1", TestImages.layer("one")));
        Layer missing = Layer.builder()
                .file("lost", temporary.resolve("does-not-exist"))
                .build();
        assertThatThrownBy(() -> ImageLayout.write(layout(), TestImages.single("test/two:1", missing)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does-not-exist");
        assertThat(ImageLayout.open(layout()).images()).isEqualTo(old.images());
        try (Stream<Path> entries = Files.list(temporary)) {
            assertThat(entries).containsExactly(layout());
        }
    }

    @Test
    @DisplayName("a directory with other content is not overwritten, and one without oci-layout is no layout")
    void refusesOtherDirectories() throws IOException {
        Path other = Files.createDirectories(temporary.resolve("other"));
        Files.writeString(other.resolve("precious"), "kept");
        assertThatThrownBy(() -> ImageLayout.write(other, TestImages.single("test/one:1", TestImages.layer("one"))))
                .isInstanceOf(ImageLayoutException.class)
                .hasMessageContaining("other content");
        assertThat(other.resolve("precious")).hasContent("kept");
        assertThatThrownBy(() -> ImageLayout.open(other))
                .isInstanceOf(ImageLayoutException.class)
                .hasMessageContaining("oci-layout");
    }

    @Test
    @DisplayName("a reference is a lower-case repository and a tag, without a registry")
    void references() {
        PlatformImage image = TestImages.image(Platform.AMD64, TestImages.layer("one"));
        for (String bad :
                List.of("Prebake/x:1", "prebake/x", "prebake/x@sha256:1", "127.0.0.1:5000/x:1", ":1", "a//b:1")) {
            assertThatThrownBy(() -> ImageDefinition.of(bad, image))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(bad);
        }
        assertThat(ImageDefinition.of("a/b-c/d_e.f:V1.0-x", image).reference()).isEqualTo("a/b-c/d_e.f:V1.0-x");
    }

    @Test
    @DisplayName("PackImage makes an image of directories and tars as its options say")
    void packImage() throws IOException {
        Path tree = Files.createDirectories(temporary.resolve("tree"));
        Files.writeString(tree.resolve("file"), "content");
        var tar = new ByteArrayOutputStream();
        TestImages.layer("one").writeTar(tar);
        Path file = Files.write(temporary.resolve("layer.tar"), tar.toByteArray());
        StoredImage image = PackImage.pack(
                layout().toString(),
                "test/packed:1",
                tree.toString(),
                file.toString(),
                "--entrypoint",
                "/usr/bin/one",
                "--env",
                "A=b",
                "--platform",
                "linux/arm64/v8",
                "--docker",
                "--index");
        assertThat(image.descriptor().mediaType())
                .isEqualTo("application/vnd.docker.distribution.manifest.list.v2+json");
        StoredManifest manifest = image.manifests().getFirst();
        assertThat(manifest.platform()).isEqualTo(new Platform("linux", "arm64", "v8"));
        assertThat(manifest.layers()).hasSize(2);
        JsonNode config = new ObjectMapper()
                .readTree(ImageLayout.open(layout())
                        .blob(manifest.config().digest())
                        .toFile())
                .path("config");
        assertThat(config.at("/Entrypoint/0").asText()).isEqualTo("/usr/bin/one");
        assertThat(config.at("/Env/0").asText()).isEqualTo("A=b");
        assertThatThrownBy(() -> PackImage.pack("layout", "test/packed:1", tree.toString(), "--frobnicate"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--frobnicate");
        assertThatThrownBy(() -> PackImage.pack("layout", "test/packed:1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one layer");
    }

    private static TarArchiveEntry entry(Map<String, TarArchiveEntry> entries, String name) {
        return Objects.requireNonNull(entries.get(name), name);
    }

    private static Map<String, TarArchiveEntry> entries(Layer layer) throws IOException {
        var bytes = new ByteArrayOutputStream();
        layer.writeTar(bytes);
        var entries = new LinkedHashMap<String, TarArchiveEntry>();
        var names = new ArrayList<String>();
        try (var in = new TarArchiveInputStream(new ByteArrayInputStream(bytes.toByteArray()), "UTF-8")) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(entry.getName(), entry);
                names.add(entry.getName());
            }
        }
        assertThat(names).doesNotHaveDuplicates();
        return entries;
    }
}
