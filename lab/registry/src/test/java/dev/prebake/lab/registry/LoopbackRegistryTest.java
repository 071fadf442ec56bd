package dev.prebake.lab.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.lab.registry.RegistryRequest.Subject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoopbackRegistryTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path shared;

    private static ImageLayout layout;
    private static StoredImage one;
    private static HttpClient client;

    @BeforeAll
    static void writeLayout() throws IOException {
        Layer base = TestImages.layer("one");
        layout = ImageLayout.write(
                shared.resolve("layout"),
                TestImages.single("prebake/one:1", base, TestImages.layer("two")),
                TestImages.single("prebake/one:2", base, TestImages.layer("three")),
                TestImages.single("prebake/docker:1", base).asDocker(),
                TestImages.twoPlatforms("prebake/index:1"),
                TestImages.sixtyLayers("sixty:1"));
        one = layout.image("prebake/one:1");
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void closeClient() {
        client.close();
    }

    private static HttpRequest.Builder request(LoopbackRegistry registry, String path) {
        return HttpRequest.newBuilder(URI.create("http://" + registry.address() + path));
    }

    private static HttpResponse<byte[]> get(LoopbackRegistry registry, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder builder = request(registry, path);
        if (headers.length > 0) {
            builder.headers(headers);
        }
        return client.send(builder.build(), BodyHandlers.ofByteArray());
    }

    private static HttpResponse<byte[]> head(LoopbackRegistry registry, String path)
            throws IOException, InterruptedException {
        return client.send(request(registry, path).HEAD().build(), BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static String code(HttpResponse<byte[]> response) throws IOException {
        return JSON.readTree(response.body()).at("/errors/0/code").asText();
    }

    private static Descriptor firstLayer() {
        return one.manifests().getFirst().layers().getFirst();
    }

    @Test
    @DisplayName("a manifest comes by tag and by digest, with its type, digest and exact bytes")
    void manifests() throws Exception {
        try (LoopbackRegistry registry = LoopbackRegistry.serve(layout)) {
            assertThat(get(registry, "/v2/").statusCode()).isEqualTo(200);
            for (StoredImage image : layout.images()) {
                for (String reference : List.of(image.tag(), image.digest())) {
                    String path = "/v2/" + image.repository() + "/manifests/" + reference;
                    HttpResponse<byte[]> got = get(registry, path);
                    assertThat(got.statusCode()).isEqualTo(200);
                    assertThat(header(got, "Content-Type"))
                            .isEqualTo(image.descriptor().mediaType());
                    assertThat(header(got, "Docker-Content-Digest")).isEqualTo(image.digest());
                    assertThat(got.body()).isEqualTo(Files.readAllBytes(layout.blob(image.digest())));
                    HttpResponse<byte[]> asked = head(registry, path);
                    assertThat(asked.statusCode()).isEqualTo(200);
                    assertThat(header(asked, "Content-Length"))
                            .isEqualTo(Long.toString(image.descriptor().size()));
                    assertThat(header(asked, "Docker-Content-Digest")).isEqualTo(image.digest());
                    assertThat(asked.body()).isEmpty();
                }
            }
        }
    }

    @Test
    @DisplayName("a blob comes whole or in part: the bytes of a range, 206 and Content-Range, 416 outside of it")
    void ranges() throws Exception {
        byte[] content = Files.readAllBytes(layout.blob(firstLayer().digest()));
        int size = content.length;
        String path = "/v2/prebake/one/blobs/" + firstLayer().digest();
        try (LoopbackRegistry registry = LoopbackRegistry.serve(layout)) {
            assertThat(get(registry, path).body()).isEqualTo(content);
            assertThat(header(head(registry, path), "Accept-Ranges")).isEqualTo("bytes");
            Map<String, int[]> ranges = Map.of(
                    "bytes=0-0", new int[] {0, 1},
                    "bytes=10-19", new int[] {10, 20},
                    "bytes=10-", new int[] {10, size},
                    "bytes=-7", new int[] {size - 7, size},
                    "bytes=5-99999999", new int[] {5, size},
                    "bytes=-99999999", new int[] {0, size});
            for (Map.Entry<String, int[]> range : ranges.entrySet()) {
                HttpResponse<byte[]> part = get(registry, path, "Range", range.getKey());
                int from = range.getValue()[0];
                int to = range.getValue()[1];
                assertThat(part.statusCode()).as(range.getKey()).isEqualTo(206);
                assertThat(part.body()).as(range.getKey()).isEqualTo(Arrays.copyOfRange(content, from, to));
                assertThat(header(part, "Content-Range")).isEqualTo("bytes " + from + "-" + (to - 1) + "/" + size);
            }
            for (String outside : List.of("bytes=" + size + "-", "bytes=9-3", "bytes=-0", "bytes=-")) {
                HttpResponse<byte[]> refused = get(registry, path, "Range", outside);
                assertThat(refused.statusCode()).as(outside).isEqualTo(416);
                assertThat(header(refused, "Content-Range")).isEqualTo("bytes */" + size);
            }
            // A form that the server does not know is no reason to refuse (RFC 9110, 14.2).
            assertThat(get(registry, path, "Range", "lines=1-2").statusCode()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName(
            "what is not there is refused with the specification's code; a blob only belongs where an image has it")
    void unknown() throws Exception {
        String blob = firstLayer().digest();
        String nowhere = "sha256:" + "0".repeat(64);
        try (LoopbackRegistry registry = LoopbackRegistry.serve(layout)) {
            Map<String, String> codes = Map.of(
                    "/v2/prebake/none/manifests/1",
                    "NAME_UNKNOWN",
                    "/v2/prebake/none/tags/list",
                    "NAME_UNKNOWN",
                    "/v2/prebake/one/manifests/3",
                    "MANIFEST_UNKNOWN",
                    "/v2/prebake/one/manifests/" + blob,
                    "MANIFEST_UNKNOWN",
                    "/v2/prebake/one/blobs/" + nowhere,
                    "BLOB_UNKNOWN",
                    "/v2/prebake/one/blobs/..%2F..%2Findex.json",
                    "UNSUPPORTED",
                    "/v2/sixty/blobs/" + blob,
                    "BLOB_UNKNOWN",
                    "/elsewhere",
                    "UNSUPPORTED");
            for (Map.Entry<String, String> expected : codes.entrySet()) {
                HttpResponse<byte[]> refused = get(registry, expected.getKey());
                assertThat(refused.statusCode()).as(expected.getKey()).isEqualTo(404);
                assertThat(code(refused)).as(expected.getKey()).isEqualTo(expected.getValue());
                assertThat(head(registry, expected.getKey()).statusCode()).isEqualTo(404);
            }
            HttpResponse<byte[]> written = client.send(
                    request(registry, "/v2/prebake/one/blobs/uploads")
                            .POST(HttpRequest.BodyPublishers.ofString("x"))
                            .build(),
                    BodyHandlers.ofByteArray());
            assertThat(written.statusCode()).isEqualTo(405);
            assertThat(code(written)).isEqualTo("UNSUPPORTED");
        }
    }

    @Test
    @DisplayName("tags are listed in order, and by pages if asked")
    void tags() throws Exception {
        try (LoopbackRegistry registry = LoopbackRegistry.serve(layout)) {
            JsonNode all =
                    JSON.readTree(get(registry, "/v2/prebake/one/tags/list").body());
            assertThat(all.toString()).isEqualTo("{\"name\":\"prebake/one\",\"tags\":[\"1\",\"2\"]}");
            HttpResponse<byte[]> page = get(registry, "/v2/prebake/one/tags/list?n=1");
            assertThat(JSON.readTree(page.body()).path("tags").toString()).isEqualTo("[\"1\"]");
            assertThat(header(page, "Link")).isEqualTo("</v2/prebake/one/tags/list?n=1&last=1>; rel=\"next\"");
            assertThat(JSON.readTree(get(registry, "/v2/prebake/one/tags/list?n=1&last=1")
                                    .body())
                            .path("tags")
                            .toString())
                    .isEqualTo("[\"2\"]");
            assertThat(get(registry, "/v2/prebake/one/tags/list?n=x").statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    @DisplayName("traffic counts requests and the bytes of bodies")
    void traffic() throws Exception {
        try (LoopbackRegistry registry = LoopbackRegistry.serve(layout)) {
            assertThat(registry.traffic()).isEqualTo(new Traffic(0, 0, 0, 0));
            get(registry, "/v2/prebake/one/blobs/" + firstLayer().digest());
            Traffic before = registry.traffic();
            assertThat(before).isEqualTo(new Traffic(1, 0, 1, firstLayer().size()));
            head(registry, "/v2/prebake/one/manifests/1");
            assertThat(registry.traffic().since(before)).isEqualTo(new Traffic(1, 1, 0, 0));
        }
    }

    @Test
    @DisplayName("a preferred port that is taken gives another; a layout can be added later")
    void ports() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                LoopbackRegistry registry =
                        LoopbackRegistry.builder().port(taken.getLocalPort()).start()) {
            assertThat(registry.port()).isNotEqualTo(taken.getLocalPort());
            assertThat(get(registry, "/v2/prebake/one/manifests/1").statusCode())
                    .isEqualTo(404);
            registry.add(layout);
            assertThat(get(registry, "/v2/prebake/one/manifests/1").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    @DisplayName("basic: without the password 401 and a challenge, with it the manifest")
    void basic() throws Exception {
        try (LoopbackRegistry registry = LoopbackRegistry.builder()
                .layout(layout)
                .access(new RegistryAccess.Basic("user", "pass:word"))
                .start()) {
            HttpResponse<byte[]> refused = get(registry, "/v2/prebake/one/manifests/1");
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(header(refused, "WWW-Authenticate")).startsWith("Basic realm=");
            assertThat(code(refused)).isEqualTo("UNAUTHORIZED");
            assertThat(get(registry, "/v2/prebake/one/manifests/1", "Authorization", basic("user", "wrong"))
                            .statusCode())
                    .isEqualTo(401);
            assertThat(get(registry, "/v2/prebake/one/manifests/1", "Authorization", basic("user", "pass:word"))
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    @DisplayName("anonymous token: the challenge says where to fetch one; it serves that repository and no other")
    void anonymousToken() throws Exception {
        try (LoopbackRegistry registry = LoopbackRegistry.builder()
                .layout(layout)
                .access(new RegistryAccess.AnonymousToken())
                .start()) {
            HttpResponse<byte[]> refused = get(registry, "/v2/prebake/one/manifests/1");
            assertThat(refused.statusCode()).isEqualTo(401);
            String token = fetchToken(refused);
            assertThat(get(registry, "/v2/prebake/one/manifests/1", "Authorization", "Bearer " + token)
                            .statusCode())
                    .isEqualTo(200);
            HttpResponse<byte[]> other = get(registry, "/v2/sixty/manifests/1", "Authorization", "Bearer " + token);
            assertThat(other.statusCode()).isEqualTo(401);
            assertThat(header(other, "WWW-Authenticate")).contains("error=\"insufficient_scope\"");
            HttpResponse<byte[]> invented = get(registry, "/v2/", "Authorization", "Bearer invented");
            assertThat(header(invented, "WWW-Authenticate")).contains("error=\"invalid_token\"");
        }
    }

    @Test
    @DisplayName("user token: the token endpoint asks for the password first")
    void userToken() throws Exception {
        try (LoopbackRegistry registry = LoopbackRegistry.builder()
                .layout(layout)
                .access(new RegistryAccess.UserToken("user", "secret"))
                .start()) {
            HttpResponse<byte[]> refused = get(registry, "/v2/prebake/one/manifests/1");
            assertThat(get(registry, "/token?scope=repository:prebake/one:pull").statusCode())
                    .isEqualTo(401);
            String token = fetchToken(refused, "Authorization", basic("user", "secret"));
            assertThat(get(registry, "/v2/prebake/one/manifests/1", "Authorization", "Bearer " + token)
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    private static String fetchToken(HttpResponse<byte[]> refused, String... headers) throws Exception {
        Matcher challenge = Pattern.compile("Bearer realm=\"([^\"]+)\",service=\"([^\"]+)\",scope=\"([^\"]+)\"")
                .matcher(header(refused, "WWW-Authenticate"));
        assertThat(challenge.matches()).isTrue();
        HttpRequest.Builder builder = HttpRequest.newBuilder(
                URI.create(challenge.group(1) + "?service=" + challenge.group(2) + "&scope=" + challenge.group(3)));
        if (headers.length > 0) {
            builder.headers(headers);
        }
        HttpResponse<byte[]> answer = client.send(builder.build(), BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("token").asText();
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("a TLS handshake is answered in HTTP, so that clients that try TLS first fall back at once")
    void tls() throws Exception {
        // A record of a handshake, TLS 1.0: what a client's hello begins with (RFC 8446, 5.1).
        byte[] hello = {0x16, 3, 1, 0, (byte) 200, 1, 0, 0};
        try (LoopbackRegistry registry = LoopbackRegistry.serve(layout);
                var socket = new Socket(InetAddress.getLoopbackAddress(), registry.port())) {
            socket.getOutputStream().write(hello);
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.0 400");
        }
    }

    @Test
    @DisplayName("one connection serves several requests, errors included")
    void keepsConnections() throws Exception {
        String ask = String.join(
                "\r\n",
                "GET /v2/ HTTP/1.1",
                "Host: x",
                "",
                "HEAD /v2/prebake/none/manifests/1 HTTP/1.1",
                "Host: x",
                "",
                "GET /v2/ HTTP/1.1",
                "Connection: close",
                "",
                "");
        try (LoopbackRegistry registry = LoopbackRegistry.serve(layout);
                var socket = new Socket(InetAddress.getLoopbackAddress(), registry.port())) {
            socket.getOutputStream().write(ask.getBytes(StandardCharsets.US_ASCII));
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(Pattern.compile("HTTP/1\\.1 (\\d+)")
                            .matcher(answers)
                            .results()
                            .map(status -> status.group(1)))
                    .containsExactly("200", "404", "200");
            assertThat(answers).endsWith("Connection: close\r\n\r\n{}");
        }
    }

    @Test
    @DisplayName("a fault answers an error, as often as it says, and then the registry serves again")
    void faultStatus() throws Exception {
        var busy = new Failure.Status(429, "TOOMANYREQUESTS", "slow down", Map.of("Retry-After", "1"));
        try (LoopbackRegistry registry = LoopbackRegistry.builder()
                .layout(layout)
                .fault(Fault.when(request -> request.subject() == Subject.MANIFEST, busy)
                        .times(2))
                .start()) {
            for (int n = 0; n < 2; n++) {
                HttpResponse<byte[]> refused = get(registry, "/v2/prebake/one/manifests/1");
                assertThat(refused.statusCode()).isEqualTo(429);
                assertThat(code(refused)).isEqualTo("TOOMANYREQUESTS");
                assertThat(header(refused, "Retry-After")).isEqualTo("1");
            }
            assertThat(get(registry, "/v2/prebake/one/manifests/1").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    @DisplayName("a fault drops the connection, cuts the body short, or spoils a byte")
    void faultBodies() throws Exception {
        String path = "/v2/prebake/one/blobs/" + firstLayer().digest();
        try (LoopbackRegistry registry = LoopbackRegistry.serve(layout)) {
            for (Failure failure : List.of(new Failure.Dropped(), new Failure.Truncated(10))) {
                registry.inject(Fault.when(request -> request.subject() == Subject.BLOB, failure));
                assertThatThrownBy(() -> get(registry, path))
                        .as(failure.toString())
                        .isInstanceOf(IOException.class);
            }
            registry.inject(Fault.when(request -> true, new Failure.Corrupted()));
            byte[] spoilt = get(registry, path).body();
            byte[] content = Files.readAllBytes(layout.blob(firstLayer().digest()));
            assertThat(spoilt).hasSameSizeAs(content);
            assertThat(Arrays.mismatch(spoilt, content)).isZero();
            registry.inject(Fault.none());
            assertThat(get(registry, path).body()).isEqualTo(content);
        }
    }

    @Test
    @DisplayName("a layout that lacks a blob is refused when it is to be served")
    void damagedLayout() throws IOException {
        ImageLayout damaged = ImageLayout.write(
                shared.resolve("damaged"), TestImages.single("prebake/damaged:1", TestImages.layer("one")));
        String digest = damaged.images()
                .getFirst()
                .manifests()
                .getFirst()
                .layers()
                .getFirst()
                .digest();
        Files.delete(damaged.blob(digest));
        assertThatThrownBy(() -> LoopbackRegistry.serve(damaged))
                .isInstanceOf(ImageLayoutException.class)
                .hasMessageContaining(digest);
    }

    @Test
    @DisplayName("skopeo inspects and copies every kind of image, with and without a token or password")
    void skopeo() throws Exception {
        assumeTrue(Programs.isInstalled("skopeo"), "skopeo is not installed");
        for (RegistryAccess access : List.of(
                RegistryAccess.open(),
                new RegistryAccess.AnonymousToken(),
                new RegistryAccess.UserToken("user", "secret"),
                new RegistryAccess.Basic("user", "secret"))) {
            try (LoopbackRegistry registry =
                    LoopbackRegistry.builder().layout(layout).access(access).start()) {
                boolean open = access instanceof RegistryAccess.Open || access instanceof RegistryAccess.AnonymousToken;
                for (StoredImage image : open ? layout.images() : List.of(one)) {
                    Path copy = Files.createTempDirectory(shared, "copy");
                    var command = new ArrayList<String>(List.of(
                            "skopeo",
                            "--insecure-policy",
                            "copy",
                            "--all",
                            "--preserve-digests",
                            "--src-tls-verify=false"));
                    if (!open) {
                        command.addAll(List.of("--src-creds", "user:secret"));
                    }
                    command.addAll(List.of("docker://" + registry.reference(image), "dir:" + copy));
                    Programs.Outcome copied = Programs.run(command);
                    assertThat(copied.status())
                            .as(access + " " + copied.output())
                            .isZero();
                    assertThat(copy.resolve("manifest.json"))
                            .hasBinaryContent(Files.readAllBytes(layout.blob(image.digest())));
                    for (StoredManifest manifest : image.manifests()) {
                        for (Descriptor layer : manifest.layers()) {
                            assertThat(copy.resolve(layer.digest().substring("sha256:".length())))
                                    .exists();
                        }
                    }
                }
            }
        }
        try (LoopbackRegistry registry = LoopbackRegistry.serve(layout)) {
            Programs.Outcome inspected =
                    Programs.run("skopeo", "inspect", "--tls-verify=false", "docker://" + registry.reference(one));
            assertThat(inspected.status()).as(inspected.output()).isZero();
            JsonNode image = JSON.readTree(inspected.output());
            assertThat(image.path("Digest").asText()).isEqualTo(one.digest());
            assertThat(image.path("RepoTags").toString()).isEqualTo("[\"1\",\"2\"]");
            assertThat(image.path("Layers")).hasSize(2);
        }
    }

    @Test
    @DisplayName("skopeo notices a spoilt layer, and goes on after one dropped connection")
    void skopeoAgainstFaults() throws Exception {
        assumeTrue(Programs.isInstalled("skopeo"), "skopeo is not installed");
        String layer = firstLayer().digest();
        try (LoopbackRegistry registry = LoopbackRegistry.builder()
                .layout(layout)
                .fault(Fault.when(request -> request.reference().equals(layer), new Failure.Corrupted()))
                .start()) {
            Programs.Outcome spoilt = copy(registry, "spoilt");
            assertThat(spoilt.status()).isNotZero();
            registry.inject(Fault.when(request -> request.reference().equals(layer), new Failure.Dropped())
                    .times(1));
            Programs.Outcome retried = copy(registry, "retried");
            assertThat(retried.status()).as(retried.output()).isZero();
        }
    }

    private static Programs.Outcome copy(LoopbackRegistry registry, String name) throws Exception {
        return Programs.run(
                "skopeo",
                "--insecure-policy",
                "copy",
                "--src-tls-verify=false",
                "--retry-times=2",
                "docker://" + registry.reference(one),
                "dir:" + Files.createDirectories(shared.resolve(name)));
    }

    @Test
    @DisplayName("Serve says where it listens, serves, and ends with its input")
    void serveMain() throws Exception {
        Process serve = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Serve.class.getName(),
                        "0",
                        layout.directory().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var out = new BufferedReader(new InputStreamReader(serve.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            assertThat(line).matches("listening on 127\\.0\\.0\\.1:\\d+");
            String address = line.substring(line.lastIndexOf(' ') + 1);
            HttpResponse<Void> answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://" + address + "/v2/prebake/one/manifests/1"))
                            .build(),
                    BodyHandlers.discarding());
            assertThat(answer.statusCode()).isEqualTo(200);
            serve.getOutputStream().close();
            assertThat(serve.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(serve.exitValue()).isZero();
        } finally {
            serve.destroyForcibly();
        }
    }
}
