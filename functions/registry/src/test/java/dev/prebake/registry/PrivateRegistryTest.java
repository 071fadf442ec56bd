package dev.prebake.registry;

import static dev.prebake.registry.LoopbackRegistry.answer;
import static dev.prebake.registry.LoopbackRegistry.error;
import static dev.prebake.registry.LoopbackRegistry.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.ImageReference;
import dev.prebake.kernel.RegistrySettings;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A registry that isn't open to all")
final class PrivateRegistryTest {
    private static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String APP = "/v2/team/app/manifests/1";
    private static final String SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-AbCdEf";
    private static final String BASIC =
            "Basic " + Base64.getEncoder().encodeToString("robot:pass word".getBytes(StandardCharsets.UTF_8));
    private static final String CONFIG = "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{}}";

    private final LoopbackRegistry server = new LoopbackRegistry();
    private final LoopbackRegistry other = new LoopbackRegistry();
    private final FakeAws aws = new FakeAws().has(SECRET, "{\"username\":\"robot\",\"password\":\"pass word\"}");

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        server.close();
        other.close();
    }

    private ResolvedImage resolve(String host, RegistrySettings... settings) {
        return new DistributionRegistry(
                        aws.access(settings), trust -> new RegistryHttp(Duration.ofSeconds(60), _ -> {}, trust))
                .resolve(ImageReference.parse(host + "/team/app:1"), Architecture.AMD64);
    }

    private UnresolvedImageException failure(String host, RegistrySettings... settings) {
        UnresolvedImageException failure =
                catchThrowableOfType(UnresolvedImageException.class, () -> resolve(host, settings));
        assertThat(failure.toString()).doesNotContain("pass word", BASIC.substring(6));
        return failure;
    }

    private RegistrySettings secretOf(LoopbackRegistry registry) {
        return new RegistrySettings(registry.host(), SECRET, List.of(), null);
    }

    private static String manifest() {
        return "{\"schemaVersion\":2,\"mediaType\":\"" + OCI_MANIFEST
                + "\",\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\""
                + LoopbackRegistry.digest(CONFIG) + "\",\"size\":1},\"layers\":[]}";
    }

    /** Serves the image to whoever shows this header, and the challenge to everyone else. */
    private static void serve(LoopbackRegistry registry, String authorization, String challenge) {
        registry.at(APP, guarded(authorization, challenge, ok(OCI_MANIFEST, manifest())));
        registry.at(
                "/v2/team/app/blobs/" + LoopbackRegistry.digest(CONFIG),
                guarded(authorization, challenge, ok("application/octet-stream", CONFIG)));
    }

    private static LoopbackRegistry.Answer guarded(
            String authorization, String challenge, LoopbackRegistry.Answer answer) {
        return exchange -> {
            String shown = exchange.getRequestHeaders().getFirst("Authorization");
            if (authorization.equals(shown)) {
                answer.to(exchange);
            } else {
                exchange.getResponseHeaders().add("WWW-Authenticate", challenge);
                error(401, "UNAUTHORIZED", "authentication required").to(exchange);
            }
        };
    }

    private static String bearer(LoopbackRegistry registry) {
        return "Bearer realm=\"http://" + registry.host() + "/token\",service=\"s\"";
    }

    @Test
    @DisplayName("is shown user and password once it asks for them, and not before")
    void basic() {
        serve(server, BASIC, "Basic realm=\"r\"");
        assertThat(resolve(server.host(), secretOf(server)).digest()).isEqualTo(LoopbackRegistry.digest(manifest()));
        assertThat(server.asked())
                .extracting(LoopbackRegistry.Asked::authorization)
                .containsExactly("", BASIC, BASIC);
    }

    @Test
    @DisplayName("gets a token that its token server gave for user and password")
    void token() {
        serve(server, "Bearer t", bearer(other));
        other.at("/token", guarded(BASIC, "Basic realm=\"r\"", ok("application/json", "{\"token\":\"t\"}")));
        assertThat(resolve(server.host(), secretOf(server)).digest()).isEqualTo(LoopbackRegistry.digest(manifest()));
        assertThat(server.asked())
                .extracting(LoopbackRegistry.Asked::authorization)
                .containsExactly("", "Bearer t", "Bearer t");
    }

    @Test
    @DisplayName("that refuses the credentials is an error that names the secret")
    void refused() {
        serve(server, "other", "Basic realm=\"r\"");
        assertThat(failure(server.host(), secretOf(server)))
                .hasMessage(server.host() + " answered 401 UNAUTHORIZED: authentication required; it refused the"
                        + " credentials of secret " + SECRET + ": correct them there");
        serve(server, "Bearer t", bearer(other));
        other.at("/token", error(401, "UNAUTHORIZED", "incorrect username or password"));
        assertThat(failure(server.host(), secretOf(server)))
                .hasMessageStartingWith(other.host() + " answered 401 UNAUTHORIZED: incorrect username or password; it"
                        + " refused the credentials of secret " + SECRET);
        other.at("/token", ok("application/json", "{\"token\":\"t\"}"));
        server.at(APP, guarded("Bearer t", bearer(other), error(403, "DENIED", "no pull access")));
        assertThat(failure(server.host(), secretOf(server)))
                .hasMessage(server.host() + " answered 403 DENIED: no pull access; the credentials of secret " + SECRET
                        + " don't give access to it, or it doesn't exist");
    }

    @Test
    @DisplayName("isn't asked with a secret that can't be had")
    void noSecret() {
        aws.fails(SECRET, FakeAws.error(400, "ResourceNotFoundException", "can't find the specified secret"));
        serve(server, BASIC, "Basic realm=\"r\"");
        assertThat(failure(server.host(), secretOf(server)))
                .hasMessageContaining("reading secret " + SECRET + " failed: AWS answered ResourceNotFoundException");
    }

    @Test
    @DisplayName("shares its credentials with no other host that it redirects to, whatever that one asks for")
    void redirect() {
        serve(server, BASIC, "Basic realm=\"r\"");
        server.at(APP, answer(307, "", "Location", "http://" + other.host() + "/elsewhere"));
        other.at("/elsewhere", answer(401, "", "WWW-Authenticate", "Basic realm=\"r\""));
        assertThat(failure(server.host(), secretOf(server))).hasMessageContaining(other.host() + " answered 401");
        other.at("/elsewhere", answer(401, "", "WWW-Authenticate", bearer(other)));
        assertThat(failure(server.host(), secretOf(server))).hasMessageContaining(other.host() + " answered 401");
        assertThat(other.asked())
                .hasSize(2)
                .extracting(LoopbackRegistry.Asked::authorization)
                .containsOnly("");
    }

    @Test
    @DisplayName("isn't shown its credentials by way of a token server without TLS elsewhere")
    void plainTokenServer() {
        serve(server, "Bearer t", "Bearer realm=\"http://192.0.2.1/token\"");
        assertThat(failure(server.host(), secretOf(server)))
                .hasMessageContaining("192.0.2.1 would have to be spoken to without TLS");
    }

    @Test
    @DisplayName("has mirrors that are asked first, under its name, and without its credentials")
    void mirror() {
        serve(server, BASIC, "Basic realm=\"r\"");
        other.at("/hub" + APP, ok(OCI_MANIFEST, manifest()));
        RegistrySettings settings =
                new RegistrySettings(server.host(), SECRET, List.of("http://" + other.host() + "/hub"), null);
        assertThat(resolve(server.host(), settings).digest()).isEqualTo(LoopbackRegistry.digest(manifest()));
        String blob = "/v2/team/app/blobs/" + LoopbackRegistry.digest(CONFIG);
        assertThat(other.asked())
                .containsExactly(
                        new LoopbackRegistry.Asked("/hub" + APP + "?ns=" + server.host(), ""),
                        new LoopbackRegistry.Asked("/hub" + blob + "?ns=" + server.host(), ""));
        assertThat(server.asked())
                .containsExactly(new LoopbackRegistry.Asked(blob, ""), new LoopbackRegistry.Asked(blob, BASIC));
    }

    @Test
    @DisplayName("has mirrors that are shown the credentials of their own hosts")
    void mirrorWithSecret() {
        serve(other, BASIC, "Basic realm=\"r\"");
        RegistrySettings settings = new RegistrySettings(server.host(), null, List.of("http://" + other.host()), null);
        assertThat(resolve(server.host(), settings, secretOf(other)).digest())
                .isEqualTo(LoopbackRegistry.digest(manifest()));
        assertThat(server.asked()).isEmpty();
    }

    @Test
    @DisplayName(
            "stands in for mirrors that can't be reached, are broken or lack it; all of that is said when it has nothing")
    void mirrorsFail() {
        serve(server, BASIC, "Basic realm=\"r\"");
        other.at(APP, error(503, "UNAVAILABLE", "broken"));
        RegistrySettings settings = new RegistrySettings(
                server.host(), SECRET, List.of("http://127.0.0.1:1", "http://" + other.host()), null);
        assertThat(resolve(server.host(), settings).digest()).isEqualTo(LoopbackRegistry.digest(manifest()));
        server.at(APP, error(404, "MANIFEST_UNKNOWN", "manifest unknown"));
        assertThat(failure(server.host(), settings))
                .hasMessageStartingWith(server.host() + " answered 404 MANIFEST_UNKNOWN")
                .hasMessageContaining("; before, mirror 127.0.0.1:1 can't be reached")
                .hasMessageContaining("; mirror " + other.host() + " answered 503 UNAVAILABLE: broken");
    }

    @Test
    @DisplayName("is trusted by the certificates of its parameter, and not without them")
    void certificates() throws Exception {
        Path store = folder.resolve("store.p12");
        keytool(
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-alias",
                "r",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1");
        Path pem = folder.resolve("ca.pem");
        keytool("-exportcert", "-keystore", store.toString(), "-alias", "r", "-rfc", "-file", pem.toString());
        HttpsServer tls = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        tls.setHttpsConfigurator(new HttpsConfigurator(context(store)));
        tls.createContext("/", exchange -> {
            boolean isManifest = exchange.getRequestURI().getPath().equals(APP);
            ok("application/json", isManifest ? manifest() : CONFIG).to(exchange);
        });
        tls.start();
        try {
            String host = "127.0.0.1:" + tls.getAddress().getPort();
            aws.has("/ca", Files.readString(pem));
            assertThat(resolve(host, new RegistrySettings(host, null, List.of(), "/ca"))
                            .digest())
                    .isEqualTo(LoopbackRegistry.digest(manifest()));
            serve(server, "nobody", "Basic realm=\"r\"");
            assertThat(failure(
                            server.host(), new RegistrySettings(server.host(), null, List.of("https://" + host), null)))
                    .hasMessageContaining("mirror no secure connection to " + host);
            aws.has("/ca2", "no certificate");
            assertThat(failure(host, new RegistrySettings(host, null, List.of(), "/ca2")))
                    .hasMessageContaining("the caParameter of " + host + " holds no certificate in PEM");
        } finally {
            tls.stop(0);
        }
    }

    private static SSLContext context(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    private static void keytool(String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storepass", "changeit"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
