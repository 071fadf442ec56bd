package dev.prebake.registry;

import static dev.prebake.registry.LoopbackRegistry.answer;
import static dev.prebake.registry.LoopbackRegistry.digest;
import static dev.prebake.registry.LoopbackRegistry.error;
import static dev.prebake.registry.LoopbackRegistry.ok;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
final class DownloadTest {
    private static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    private static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String CONFIG = "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{}}";
    private static final String BASE = "the base layer";
    private static final String TOP = "the top layer";
    private static final String TOP_BLOB = "/v2/team/app/blobs/" + digest(TOP);

    private final LoopbackRegistry server = new LoopbackRegistry();
    private final List<Long> arrived = new ArrayList<>();

    @TempDir
    private Path folder;

    private BlobFolder blobs;

    private String manifest = "";
    private String index = "";

    @BeforeEach
    void anImageInAnIndex() {
        blobs = new BlobFolder(folder);
        String config = server.blob("team/app", CONFIG);
        server.blob("team/app", BASE);
        server.blob("team/app", TOP);
        String body = "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\","
                + "\"digest\":\"" + config + "\",\"size\":1},\"layers\":[" + layer(BASE) + "," + layer(TOP) + "]}";
        manifest = server.manifest("team/app", "amd64", OCI_MANIFEST, body);
        index = server.manifest(
                "team/app",
                "1",
                OCI_INDEX,
                "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"" + manifest
                        + "\",\"size\":1,\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}}]}");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String layer(String content) {
        return "{\"digest\":\"" + digest(content) + "\",\"size\":" + content.length() + "}";
    }

    private ResolvedImage download() {
        return new DistributionRegistry(
                        RegistryAccess.ANONYMOUS, trust -> new RegistryHttp(Duration.ofSeconds(60), _ -> {}, trust))
                .download(ImageReference.parse(server.host() + "/team/app:1"), Architecture.AMD64, blobs, arrived::add);
    }

    private UnresolvedImageException failure() {
        return catchThrowableOfType(UnresolvedImageException.class, this::download);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("sha256"))) {
            return files.map(file -> "sha256:" + file.getFileName()).toList();
        }
    }

    @Test
    @DisplayName("index, manifest, configuration and layers are there by digest, and the layers' sizes were told")
    void whole() throws IOException {
        ResolvedImage image = download();

        assertThat(image.digest()).isEqualTo(index);
        assertThat(image.manifestDigest()).isEqualTo(manifest);
        assertThat(names())
                .containsExactlyInAnyOrder(index, manifest, digest(CONFIG), digest(BASE), digest(TOP))
                .allSatisfy(name -> assertThat(digest(Files.readString(folder.resolve(name.replace(':', '/')), UTF_8)))
                        .isEqualTo(name));
        assertThat(arrived).containsExactly((long) BASE.length(), (long) TOP.length());
    }

    @Test
    @DisplayName("a layer that is there already is not fetched again")
    void shared() {
        download();
        int before = server.asked().size();
        download();
        assertThat(server.asked().subList(before, server.asked().size()))
                .extracting(LoopbackRegistry.Asked::uri)
                .doesNotContain(TOP_BLOB);
        assertThat(arrived).hasSize(4);
    }

    @Test
    @DisplayName("the layers that were fetched are counted, and nothing for what was there")
    void counts() throws IOException {
        download();
        assertThat(blobs.fetchedBytes()).isEqualTo(BASE.length() + TOP.length());

        blobs = new BlobFolder(folder);
        Files.delete(folder.resolve(digest(TOP).replace(':', '/')));
        download();
        assertThat(blobs.fetchedBytes()).isEqualTo(TOP.length());
    }

    @Test
    @DisplayName("what no download asked for is dropped, and all of an image stays")
    void drops() throws IOException {
        blobs.put(digest("of another image"), "of another image".getBytes(UTF_8));
        blobs = new BlobFolder(folder);
        Files.writeString(folder.resolve("sha256/left.unfinished"), "half");
        download();

        blobs.dropOthers();

        assertThat(names()).containsExactlyInAnyOrder(index, manifest, digest(CONFIG), digest(BASE), digest(TOP));
    }

    @Test
    @DisplayName("a folder whose blobs are what their names say has no problem; one with another file has, in words")
    void problem() throws IOException {
        assertThat(blobs.problem()).isEmpty();
        download();
        assertThat(blobs.problem()).isEmpty();

        Path top = folder.resolve(digest(TOP).replace(':', '/'));
        Files.writeString(top, "rotten");
        assertThat(blobs.problem())
                .contains("blob " + top.getFileName() + " has content whose digest is " + digest("rotten"));
    }

    @Test
    @DisplayName("a layer with other content than its digest says is refused, and leaves no file")
    void wrongContent() throws IOException {
        server.at(TOP_BLOB, ok("application/octet-stream", "the evil layr"));
        assertThat(failure())
                .hasMessage("the registry answered " + digest(TOP) + " with content whose digest is "
                        + digest("the evil layr") + " (13 bytes)");
        assertThat(names()).hasSize(4).doesNotContain(digest(TOP));
    }

    @Test
    @DisplayName("a layer with more bytes than its manifest says is not taken to its end")
    void tooLong() throws IOException {
        server.at(TOP_BLOB, ok("application/octet-stream", TOP + TOP));
        assertThat(failure()).hasMessageContaining("answered with more than the blob's 13 bytes");
        assertThat(names()).hasSize(4);
    }

    @Test
    @DisplayName("a connection that breaks in a layer is tried again, and the layer is whole")
    void breaks() throws IOException {
        server.at(
                TOP_BLOB,
                exchange -> {
                    exchange.sendResponseHeaders(200, TOP.length());
                    exchange.getResponseBody().write("the top".getBytes(UTF_8));
                    exchange.close();
                },
                error(503, "UNAVAILABLE", "later"),
                ok("application/octet-stream", TOP));
        download();
        assertThat(Files.readString(folder.resolve(digest(TOP).replace(':', '/'))))
                .isEqualTo(TOP);
    }

    @Test
    @DisplayName("a missing layer is an error in the registry's words")
    void missing() {
        server.at(TOP_BLOB, error(404, "BLOB_UNKNOWN", "blob unknown to registry"));
        assertThat(failure())
                .hasMessageContaining(server.host() + " answered 404 BLOB_UNKNOWN: blob unknown to registry");
        assertThat(failure().mayPass()).isFalse();
    }

    @Test
    @DisplayName("a layer's redirect to storage is followed without the token")
    void redirected() {
        server.at(TOP_BLOB, answer(307, "", "Location", "http://localhost:" + port() + "/storage/top"));
        server.at("/storage/top", ok("application/octet-stream", TOP));
        server.at(
                "/v2/team/app/manifests/1",
                answer(401, "", "WWW-Authenticate", "Bearer realm=\"http://" + server.host() + "/token\""),
                ok(OCI_INDEX, new String(indexBody(), UTF_8)));
        server.at("/token", ok("application/json", "{\"token\":\"t0ken\"}"));
        download();
        assertThat(server.asked())
                .contains(new LoopbackRegistry.Asked(TOP_BLOB, "Bearer t0ken"))
                .contains(new LoopbackRegistry.Asked("/storage/top", ""));
    }

    private String port() {
        return server.host().substring(server.host().indexOf(':') + 1);
    }

    private byte[] indexBody() {
        return ("{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"" + manifest
                        + "\",\"size\":1,\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}}]}")
                .getBytes(UTF_8);
    }
}
