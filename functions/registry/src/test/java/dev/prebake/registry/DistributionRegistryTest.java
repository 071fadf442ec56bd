package dev.prebake.registry;

import static dev.prebake.registry.LoopbackRegistry.answer;
import static dev.prebake.registry.LoopbackRegistry.digest;
import static dev.prebake.registry.LoopbackRegistry.error;
import static dev.prebake.registry.LoopbackRegistry.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.ImageReference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DistributionRegistryTest {
    private static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    private static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    private static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    private static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
    private static final String APP = "/v2/team/app/manifests/1";
    /** Long enough for any answer on loopback on a busy machine. */
    private static final Duration PATIENT = Duration.ofSeconds(60);

    private final LoopbackRegistry server = new LoopbackRegistry();
    private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void stop() {
        server.close();
    }

    private DistributionRegistry over(RegistryAccess access, Duration timeout) {
        return new DistributionRegistry(access, trust -> new RegistryHttp(timeout, pauses::add, trust));
    }

    private ResolvedImage resolve(String repositoryAndTag, Architecture architecture) {
        return resolve(repositoryAndTag, architecture, PATIENT);
    }

    private ResolvedImage resolve(String repositoryAndTag, Architecture architecture, Duration timeout) {
        return over(RegistryAccess.ANONYMOUS, timeout)
                .resolve(ImageReference.parse(server.host() + "/" + repositoryAndTag), architecture);
    }

    private UnresolvedImageException failure(String repositoryAndTag) {
        return failure(repositoryAndTag, PATIENT);
    }

    private UnresolvedImageException failure(String repositoryAndTag, Duration timeout) {
        UnresolvedImageException failure = catchThrowableOfType(
                UnresolvedImageException.class, () -> resolve(repositoryAndTag, Architecture.AMD64, timeout));
        assertThat(failure).isNotNull();
        return failure;
    }

    private static String config(String architecture) {
        return "{\"os\":\"linux\",\"architecture\":\"" + architecture + "\",\"rootfs\":{}}";
    }

    private static String manifest(String type, String configType, String configDigest, long... layerBytes) {
        List<String> layers = new ArrayList<>();
        for (long bytes : layerBytes) {
            layers.add("{\"mediaType\":\"x\",\"digest\":\"" + digest("layer " + bytes) + "\",\"size\":" + bytes + "}");
        }
        return "{\"schemaVersion\":2,\"mediaType\":\"" + type + "\",\"config\":{\"mediaType\":\"" + configType
                + "\",\"digest\":\"" + configDigest + "\",\"size\":1},\"layers\":[" + String.join(",", layers) + "]}";
    }

    private static String index(String type, String... entries) {
        return "{\"schemaVersion\":2,\"mediaType\":\"" + type + "\",\"manifests\":[" + String.join(",", entries) + "]}";
    }

    private static String entry(String digest, String os, String architecture) {
        return "{\"digest\":\"" + digest + "\",\"size\":1,\"platform\":{\"os\":\"" + os + "\",\"architecture\":\""
                + architecture + "\"}}";
    }

    /** Puts in a single image for amd64 with a layer of 100 bytes. */
    private String single() {
        String config = server.blob("team/app", config("amd64"));
        return server.manifest("team/app", "1", OCI_MANIFEST, manifest(OCI_MANIFEST, OCI_CONFIG, config, 100));
    }

    private static ResolvedImage image(String digest, String manifestDigest, long... layerBytes) {
        List<ResolvedImage.Layer> layers = new ArrayList<>();
        for (long bytes : layerBytes) {
            layers.add(new ResolvedImage.Layer(digest("layer " + bytes), bytes));
        }
        return new ResolvedImage(digest, manifestDigest, layers);
    }

    @Test
    @DisplayName("an OCI index gives the manifest of each platform, past its attestations")
    void ociIndex() {
        String amd64 = server.manifest(
                "team/app", "amd64", OCI_MANIFEST, manifest(OCI_MANIFEST, OCI_CONFIG, digest("c"), 100, 200));
        String arm64 = server.manifest(
                "team/app", "arm64", OCI_MANIFEST, manifest(OCI_MANIFEST, OCI_CONFIG, digest("d"), 300));
        String index = server.manifest(
                "team/app",
                "1",
                OCI_INDEX,
                index(
                        OCI_INDEX,
                        entry(digest("attestation"), "unknown", "unknown"),
                        entry(arm64, "linux", "arm64"),
                        entry(amd64, "linux", "amd64")));
        assertThat(resolve("team/app:1", Architecture.AMD64)).isEqualTo(image(index, amd64, 100, 200));
        assertThat(resolve("team/app:1", Architecture.ARM64)).isEqualTo(image(index, arm64, 300));
        assertThat(resolve("team/app@" + index, Architecture.ARM64)).isEqualTo(image(index, arm64, 300));
    }

    @Test
    @DisplayName("a Docker manifest list gives the manifest of the platform")
    void dockerList() {
        String amd64 = server.manifest(
                "team/app", "amd64", DOCKER_MANIFEST, manifest(DOCKER_MANIFEST, DOCKER_CONFIG, digest("c"), 100));
        String list = server.manifest("team/app", "1", DOCKER_LIST, index(DOCKER_LIST, entry(amd64, "linux", "amd64")));
        assertThat(resolve("team/app:1", Architecture.AMD64)).isEqualTo(image(list, amd64, 100));
    }

    @Test
    @DisplayName("a single manifest, OCI's or Docker's, is its own; its configuration tells its platform")
    void singleManifests() {
        String config = server.blob("team/app", config("arm64"));
        String oci =
                server.manifest("team/app", "oci", OCI_MANIFEST, manifest(OCI_MANIFEST, OCI_CONFIG, config, 1, 1, 2));
        // Some registries send all of it as text.
        String docker = server.manifest(
                "team/app", "docker", "text/plain", manifest(DOCKER_MANIFEST, DOCKER_CONFIG, config, 3));
        assertThat(resolve("team/app:oci", Architecture.ARM64)).isEqualTo(image(oci, oci, 1, 1, 2));
        assertThat(resolve("team/app@" + docker, Architecture.ARM64)).isEqualTo(image(docker, docker, 3));
    }

    @Test
    @DisplayName("an index whose entries name no platform is looked into")
    void indexWithoutPlatforms() {
        String arm64Config = server.blob("team/app", config("arm64"));
        String amd64Config = server.blob("team/app", config("amd64"));
        String arm64 =
                server.manifest("team/app", "a", OCI_MANIFEST, manifest(OCI_MANIFEST, OCI_CONFIG, arm64Config, 1));
        String amd64 =
                server.manifest("team/app", "b", OCI_MANIFEST, manifest(OCI_MANIFEST, OCI_CONFIG, amd64Config, 2));
        String index = server.manifest(
                "team/app",
                "1",
                OCI_INDEX,
                index(OCI_INDEX, "{\"digest\":\"" + arm64 + "\"}", "{\"digest\":\"" + amd64 + "\"}"));
        assertThat(resolve("team/app:1", Architecture.AMD64)).isEqualTo(image(index, amd64, 2));
    }

    @Test
    @DisplayName("an index in an index is followed, one in itself is not for ever")
    void nestedIndex() {
        String amd64 =
                server.manifest("team/app", "a", OCI_MANIFEST, manifest(OCI_MANIFEST, OCI_CONFIG, digest("c"), 1));
        String inner = server.manifest("team/app", "b", OCI_INDEX, index(OCI_INDEX, entry(amd64, "linux", "amd64")));
        String outer = server.manifest("team/app", "1", OCI_INDEX, index(OCI_INDEX, entry(inner, "linux", "amd64")));
        assertThat(resolve("team/app:1", Architecture.AMD64)).isEqualTo(image(outer, amd64, 1));

        String nested = outer;
        for (int i = 0; i < 5; i++) {
            nested = server.manifest("team/app", "deep", OCI_INDEX, index(OCI_INDEX, entry(nested, "linux", "amd64")));
        }
        assertThat(failure("team/app:deep")).hasMessageContaining("levels deep");
    }

    @Test
    @DisplayName("an index without the architecture is refused with what it has")
    void indexLacksArchitecture() {
        server.manifest(
                "team/app",
                "1",
                OCI_INDEX,
                index(
                        OCI_INDEX,
                        entry(digest("a"), "linux", "arm64"),
                        entry(digest("b"), "linux", "s390x"),
                        entry(digest("c"), "unknown", "unknown")));
        assertThat(failure("team/app:1"))
                .hasMessage("there is none for linux/amd64; its index has linux/arm64, linux/s390x");
    }

    @Test
    @DisplayName("a single image of another architecture is refused with its own")
    void wrongArchitecture() {
        String config = server.blob("team/app", config("arm64"));
        server.manifest("team/app", "1", OCI_MANIFEST, manifest(OCI_MANIFEST, OCI_CONFIG, config, 1));
        assertThat(failure("team/app:1"))
                .hasMessage("its configuration says that it is for linux/arm64, not for linux/amd64");
    }

    @Test
    @DisplayName("schema 1 is refused by name")
    void schema1() {
        server.at(
                APP,
                ok(
                        "application/vnd.docker.distribution.manifest.v1+prettyjws",
                        "{\"schemaVersion\":1,\"fsLayers\":[],\"signatures\":[]}"));
        assertThat(failure("team/app:1")).hasMessageContaining("Docker's image manifest schema 1");
    }

    @Test
    @DisplayName("content that isn't what the digest says is refused")
    void wrongDigest() {
        String asked = digest("something else");
        server.at("/v2/team/app/manifests/" + asked, ok(OCI_MANIFEST, manifest(OCI_MANIFEST, OCI_CONFIG, asked, 1)));
        assertThat(failure("team/app@" + asked))
                .hasMessageContaining("answered " + asked + " with content whose digest is");
    }

    @Test
    @DisplayName("an image that isn't there is named by the registry's own words")
    void unknownImage() {
        assertThat(failure("team/none:1"))
                .hasMessage(server.host() + " answered 404 MANIFEST_UNKNOWN: manifest unknown; there is no such image")
                .satisfies(failure -> assertThat(failure.mayPass()).isFalse());
    }

    @Test
    @DisplayName("an anonymous token is got where the registry says, and sent with every request after")
    void tokenFlow() {
        String digest = single();
        String config = digest(config("amd64"));
        String challenge = "Bearer realm=\"http://" + server.host()
                + "/token?x=1\",service=\"a registry\",scope=\"repository:team/app:pull\"";
        server.at("/token", ok("application/json", "{\"token\":\"abc.DEF-1_2\"}"));
        server.at(
                APP,
                answer(401, "", "WWW-Authenticate", challenge),
                ok(OCI_MANIFEST, manifest(OCI_MANIFEST, OCI_CONFIG, config, 100)));
        assertThat(resolve("team/app:1", Architecture.AMD64)).isEqualTo(image(digest, digest, 100));
        assertThat(server.asked())
                .containsExactly(
                        new LoopbackRegistry.Asked(APP, ""),
                        new LoopbackRegistry.Asked(
                                "/token?x=1&service=a+registry&scope=repository%3Ateam%2Fapp%3Apull", ""),
                        new LoopbackRegistry.Asked(APP, "Bearer abc.DEF-1_2"),
                        new LoopbackRegistry.Asked("/v2/team/app/blobs/" + config, "Bearer abc.DEF-1_2"));
    }

    @ParameterizedTest
    @DisplayName("a challenge without a service, as nvcr.io's, or without a scope, does too")
    @ValueSource(strings = {",scope=\"repository:team/app:pull\"", ",scope=\"\"", ""})
    void tersestChallenge(String parameters) {
        String digest = single();
        String body = manifest(OCI_MANIFEST, OCI_CONFIG, digest(config("amd64")), 100);
        server.at("/token", ok("application/json", "{\"access_token\":\"t\"}"));
        server.at(
                APP,
                answer(401, "", "WWW-Authenticate", "Bearer realm=\"http://" + server.host() + "/token\"" + parameters),
                ok(OCI_MANIFEST, body));
        assertThat(resolve("team/app:1", Architecture.AMD64).digest()).isEqualTo(digest);
        assertThat(server.asked())
                .contains(new LoopbackRegistry.Asked("/token?scope=repository%3Ateam%2Fapp%3Apull", ""));
    }

    @Test
    @DisplayName("a registry that still refuses with a token is private, and the message says what isn't configured")
    void refusedWithToken() {
        server.at("/token", ok("application/json", "{\"token\":\"t\"}"));
        server.at(APP, exchange -> {
            exchange.getResponseHeaders()
                    .add("WWW-Authenticate", "Bearer realm=\"http://" + server.host() + "/token\"");
            error(401, "UNAUTHORIZED", "authentication required").to(exchange);
        });
        assertThat(failure("team/app:1"))
                .hasMessage(
                        server.host() + " answered 401 UNAUTHORIZED: authentication required; it is private or doesn't"
                                + " exist, and no credentials are configured for " + server.host()
                                + ": name a secret that has them in the input's registries (secretArn)");
        assertThat(server.asked()).hasSize(3);
    }

    @Test
    @DisplayName("a registry that wants a password is private")
    void basicOnly() {
        server.at(APP, answer(401, "Not Authorized\n", "WWW-Authenticate", "Basic realm=\"ecr\""));
        assertThat(failure("team/app:1")).hasMessageContaining("answered 401; it is private");
    }

    @Test
    @DisplayName("a token server that refuses is named, with its words")
    void tokenRefused() {
        server.at(APP, answer(401, "", "WWW-Authenticate", "Bearer realm=\"http://" + server.host() + "/token\""));
        server.at("/token", error(403, "DENIED", "requested access is denied"));
        assertThat(failure("team/app:1"))
                .hasMessageContaining("answered 403 DENIED: requested access is denied; it is private");
    }

    @ParameterizedTest
    @DisplayName("a token server's answer without a token that a header can hold is refused")
    @ValueSource(strings = {"", "{}", "garbage", "{\"token\":\"a\\nb\"}", "{\"token\":{}}", "{\"token\":\"\"}"})
    void noToken(String body) {
        server.at(APP, answer(401, "", "WWW-Authenticate", "Bearer realm=\"http://" + server.host() + "/token\""));
        server.at("/token", answer(200, body));
        assertThat(failure("team/app:1")).hasMessage(server.host() + " answered without a token");
    }

    @ParameterizedTest
    @DisplayName("a token is asked for over TLS only, save on this machine")
    @ValueSource(
            strings = {"http://192.0.2.1/token", "ftp://127.0.0.1/token", "/token", "http://", "::", "http://a b/"})
    void insecureRealm(String realm) {
        server.at(APP, answer(401, "", "WWW-Authenticate", "Bearer realm=\"" + realm + "\""));
        UnresolvedImageException failure = failure("team/app:1");
        assertThat(failure.mayPass()).isFalse();
        assertThat(failure).message().containsAnyOf("without TLS", "no address can be made");
    }

    @Test
    @DisplayName("a blob behind a redirect is got, without the token at another host")
    void redirect() {
        String digest = single();
        String config = digest(config("amd64"));
        String body = manifest(OCI_MANIFEST, OCI_CONFIG, config, 100);
        try (LoopbackRegistry storage = new LoopbackRegistry()) {
            storage.at("/store", ok("application/octet-stream", config("amd64")));
            server.at("/token", ok("application/json", "{\"token\":\"secret\"}"));
            server.at(
                    APP,
                    answer(401, "", "WWW-Authenticate", "Bearer realm=\"http://" + server.host() + "/token\""),
                    ok(OCI_MANIFEST, body));
            server.at("/v2/team/app/blobs/" + config, answer(307, "", "Location", "/v2/moved"));
            server.at("/v2/moved", answer(302, "", "Location", "http://" + storage.host() + "/store?signature=1"));
            assertThat(resolve("team/app:1", Architecture.AMD64).digest()).isEqualTo(digest);
            assertThat(server.asked()).contains(new LoopbackRegistry.Asked("/v2/moved", "Bearer secret"));
            assertThat(storage.asked()).containsExactly(new LoopbackRegistry.Asked("/store?signature=1", ""));
        }
    }

    @Test
    @DisplayName("redirects end, and lead to TLS or this machine only")
    void badRedirects() {
        server.at(APP, answer(302, "", "Location", APP));
        assertThat(failure("team/app:1")).hasMessageContaining("redirects more than 5 times");
        server.at(APP, answer(302, "", "Location", "http://192.0.2.1/"));
        assertThat(failure("team/app:1")).hasMessageContaining("192.0.2.1 would have to be spoken to without TLS");
        server.at(APP, answer(302, "", "Location", "http://a b/"));
        assertThat(failure("team/app:1")).hasMessageContaining("redirects to what is no address");
        server.at(APP, answer(302, ""));
        assertThat(failure("team/app:1")).hasMessageContaining("answered 302, which is no answer to a look-up");
    }

    @Test
    @DisplayName("a busy registry is asked again after the pause that it wants")
    void busyOnce() {
        String digest = single();
        String body = manifest(OCI_MANIFEST, OCI_CONFIG, digest(config("amd64")), 100);
        server.at(APP, answer(429, "", "Retry-After", "3"), answer(503, ""), ok(OCI_MANIFEST, body));
        assertThat(resolve("team/app:1", Architecture.AMD64).digest()).isEqualTo(digest);
        assertThat(pauses).containsExactly(Duration.ofSeconds(3), Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @DisplayName("a registry that stays broken is given up after three attempts, as what may pass")
    @ValueSource(ints = {429, 500, 502, 503, 504})
    void staysBroken(int status) {
        server.at(APP, error(status, "UNAVAILABLE", "try later"));
        UnresolvedImageException failure = failure("team/app:1");
        assertThat(failure).hasMessage(server.host() + " answered " + status + " UNAVAILABLE: try later");
        assertThat(failure.mayPass()).isTrue();
        assertThat(server.asked()).hasSize(3);
        assertThat(pauses).containsExactly(Duration.ofMillis(500), Duration.ofSeconds(1));
    }

    @Test
    @DisplayName("a registry that wants a long pause is left to the workflow at once")
    void longPause() {
        server.at(APP, answer(429, "", "Retry-After", "3600"));
        UnresolvedImageException failure = failure("team/app:1");
        assertThat(failure).hasMessage(server.host() + " answered 429, and asks to wait for 3600 s");
        assertThat(failure.mayPass()).isTrue();
        assertThat(pauses).isEmpty();
    }

    @Test
    @DisplayName("garbage is refused and quoted")
    void garbage() {
        server.at(APP, ok("text/html", "<html>Welcome to the hotel's network</html>"));
        assertThat(failure("team/app:1"))
                .hasMessageContaining(
                        "is no image manifest, not even JSON: '<html>Welcome to the hotel's network</html>'");
        server.at(APP, ok(OCI_MANIFEST, "x".repeat(5 << 20)));
        assertThat(failure("team/app:1")).hasMessageContaining("answered with more than a manifest has");
        server.at(APP, answer(405, "<html>"));
        assertThat(failure("team/app:1")).hasMessageContaining("answered 405, which is no answer to a look-up");
    }

    @Test
    @DisplayName("a configuration that is no JSON is refused")
    void garbledConfig() {
        String config = server.blob("team/app", "ELF");
        server.manifest("team/app", "1", OCI_MANIFEST, manifest(OCI_MANIFEST, OCI_CONFIG, config, 1));
        assertThat(failure("team/app:1")).hasMessageContaining("is no image configuration, not even JSON: 'ELF'");
        String empty = server.blob("team/app", "{}");
        server.manifest("team/app", "1", OCI_MANIFEST, manifest(OCI_MANIFEST, OCI_CONFIG, empty, 1));
        assertThat(failure("team/app:1")).hasMessageContaining("it is for no platform, not for linux/amd64");
    }

    @Test
    @DisplayName("a registry that can't be reached is named at once")
    void unreachable() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        UnresolvedImageException failure = catchThrowableOfType(
                UnresolvedImageException.class,
                () -> over(RegistryAccess.ANONYMOUS, PATIENT)
                        .resolve(ImageReference.parse("127.0.0.1:" + port + "/app"), Architecture.AMD64));
        assertThat(failure).message().startsWith("127.0.0.1:" + port + " can't be reached: ");
        assertThat(failure.mayPass()).isFalse();
        assertThat(pauses).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("a registry's name that no host can have is named")
    @ValueSource(strings = {"no-such-host.invalid/app", "1.2.3.4.5/app", "256.256.256.256/app"})
    void noHost(String reference) {
        UnresolvedImageException failure = catchThrowableOfType(
                UnresolvedImageException.class,
                () -> over(RegistryAccess.ANONYMOUS, PATIENT)
                        .resolve(ImageReference.parse(reference), Architecture.AMD64));
        assertThat(failure).message().startsWith(reference.substring(0, reference.indexOf('/')));
        assertThat(failure.mayPass()).isFalse();
    }

    @Test
    @DisplayName("a registry that hangs, before or in its answer, is given up as what may pass")
    void hangs() {
        CountDownLatch end = new CountDownLatch(1);
        server.at(APP, _ -> await(end), exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            await(end);
        });
        try {
            for (int i = 0; i < 2; i++) {
                UnresolvedImageException failure = failure("team/app:1", Duration.ofMillis(300));
                assertThat(failure).hasMessage(server.host() + " gave no whole answer within 300 ms");
                assertThat(failure.mayPass()).isTrue();
            }
        } finally {
            end.countDown();
        }
        assertThat(server.asked()).hasSize(2);
    }

    @Test
    @DisplayName("a connection that breaks in the answer is tried again, then given up as what may pass")
    void breaks() {
        server.at(APP, exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write('{');
            // Fewer bytes than announced: the server closes the connection under the client.
            exchange.close();
        });
        UnresolvedImageException failure = failure("team/app:1");
        assertThat(failure).message().startsWith("the connection to " + server.host() + " broke: ");
        assertThat(failure.mayPass()).isTrue();
        assertThat(pauses).hasSize(2);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
