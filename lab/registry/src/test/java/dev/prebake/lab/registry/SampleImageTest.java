package dev.prebake.lab.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleImageTest {
    @TempDir
    static Path shared;

    private static SampleImage sample;

    @BeforeAll
    static void make() throws Exception {
        sample = SampleImage.in(shared.resolve("sample"), _ -> {});
    }

    @Test
    @DisplayName("it has at least six layers and 100 MB, for this machine's architecture")
    void sizes() {
        StoredManifest manifest = sample.image().manifests().getFirst();
        assertThat(manifest.layers()).hasSizeGreaterThanOrEqualTo(6);
        assertThat(manifest.compressedBytes()).isBetween(100_000_000L, 250_000_000L);
        assertThat(manifest.platform()).isEqualTo(Platform.current());
        assertThat(sample.image().reference())
                .startsWith("prebake/sample:" + Runtime.version().feature());
    }

    @Test
    @DisplayName("a second call finds it and makes nothing")
    void cached() throws Exception {
        var steps = new ArrayList<String>();
        SampleImage again = SampleImage.in(shared.resolve("sample"), steps::add);
        assertThat(steps).isEmpty();
        assertThat(again.image()).isEqualTo(sample.image());
    }

    @Test
    @DisplayName("its entry point runs in the unpacked layers and nothing else, and notices a damaged file")
    void runs() throws Exception {
        assumeTrue(Programs.isRoot(), "chroot needs root");
        Path root = Files.createDirectories(shared.resolve("root"));
        StoredManifest manifest = sample.image().manifests().getFirst();
        for (Descriptor layer : manifest.layers()) {
            Programs.Outcome unpacked = Programs.run(
                    "tar", "-xzf", sample.layout().blob(layer.digest()).toString(), "-C", root.toString());
            assertThat(unpacked.status()).as(unpacked.output()).isZero();
        }
        JsonNode config = new ObjectMapper()
                .readTree(sample.layout().blob(manifest.config().digest()).toFile())
                .path("config");
        // As in a container, /proc is there: the loader finds a program's own libraries through it. The network is not:
        // in a new network namespace not even loopback is up.
        var command = new ArrayList<String>(List.of(
                "unshare",
                "--mount",
                "--net",
                "--pid",
                "--fork",
                "sh",
                "-c",
                "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" \"$@\"",
                root.toString()));
        config.path("Entrypoint").forEach(word -> command.add(word.asText()));
        Programs.Outcome ran = Programs.run(command);
        assertThat(ran.output()).matches("prebake sample: java [\\d.]+ ready in \\d+ ms\n");
        assertThat(ran.status()).isZero();

        Files.write(root.resolve("opt/jdk/lib/modules"), new byte[] {0}, StandardOpenOption.APPEND);
        Programs.Outcome damaged = Programs.run(command);
        assertThat(damaged.status()).isEqualTo(1);
        assertThat(damaged.output()).contains("the image is damaged", "/opt/jdk/lib/modules");
    }
}
