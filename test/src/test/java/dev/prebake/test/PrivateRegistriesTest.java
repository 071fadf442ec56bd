package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.host.Detection;
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
import dev.prebake.test.LocalCommandLine.Outcome;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("prebake local, given images of private registries,")
class PrivateRegistriesTest {
    private static final String USER = "robot$team";
    /** What is looked for of the passwords; the rest is what quoting and encoding could get wrong. */
    private static final String BASIC_CORE = "Kx7Qv9Zt2Lm4basic";

    private static final String TOKEN_CORE = "Hw3Rn8Yb6Pd1token";
    private static final String TLS_CORE = "Jc5Ts0Gf7Vk2front";
    private static final String BASIC_PASSWORD = BASIC_CORE + ": \"quoted\" \\ 'é' $HOME";
    private static final String TOKEN_PASSWORD = TOKEN_CORE + ":;`id`";
    private static final String TLS_PASSWORD = TLS_CORE;

    @TempDir
    private static Path folder;

    private static LoopbackRegistry basic;
    private static LoopbackRegistry token;
    private static LoopbackRegistry behindTls;
    private static LoopbackRegistry mirror;
    private static TlsFront front;
    private static BlobStore store;
    /** Whether the token registry has refused a layer's token, as if it had run out. */
    private static final AtomicBoolean EXPIRED = new AtomicBoolean();

    private static final AtomicInteger TOKENS_EXPIRED = new AtomicInteger();

    private static Outcome bake;
    private static Set<String> shownByProcesses;

    @BeforeAll
    static void bakeAll() throws Exception {
        Detection detection = DataPlanes.detect(home());
        assumeTrue(detection.real(), detection.inWords());
        assumeTrue(hasProgram("aws"), "the AWS CLI is not installed (pip install awscli)");
        ImageLayout layout = ImageLayout.write(
                folder.resolve("layout"),
                ImageDefinition.of("private/basic:1", image("basic", large("basic"))),
                ImageDefinition.of("private/token:1", image("token", large("token"))),
                ImageDefinition.of("private/tls:1", image("tls", Busybox.layer())),
                ImageDefinition.of("private/mirrored:1", image("mirrored", large("mirrored"))));
        behindTls = serving(layout, new RegistryAccess.Basic(USER, TLS_PASSWORD));
        mirror = serving(layout, RegistryAccess.open());
        store = BlobStore.over(mirror.address());
        basic = LoopbackRegistry.builder()
                .layout(layout)
                .access(new RegistryAccess.Basic(USER, BASIC_PASSWORD))
                .fault(request -> redirect(request, layer(layout, "basic")))
                .start();
        token = LoopbackRegistry.builder()
                .layout(layout)
                .access(new RegistryAccess.UserToken(USER, TOKEN_PASSWORD))
                .fault(request -> expire(request, layer(layout, "token")))
                .start();
        front = TlsFront.start(folder, behindTls.address());
        try (SecretSearch.Watch watch = new SecretSearch(secrets()).watchProcesses()) {
            bake = run(
                    "--image",
                    front.address() + "/private/tls:1",
                    "--image",
                    basic.address() + "/private/basic:1",
                    "--image",
                    token.address() + "/private/token:1",
                    "--image",
                    "127.0.0.1:1/private/mirrored:1",
                    "--registry-secret",
                    basic.address() + "=" + login("basic", USER, BASIC_PASSWORD),
                    "--registry-secret",
                    token.address() + "=" + dockerConfig(token.address(), TOKEN_PASSWORD),
                    "--registry-secret",
                    front.address() + "=" + login("tls", USER, TLS_PASSWORD),
                    "--registry-ca",
                    front.address() + "=" + front.certificate(),
                    "--registry-mirror",
                    "127.0.0.1:1=http://127.0.0.1:2",
                    "--registry-mirror",
                    "127.0.0.1:1=http://" + mirror.address(),
                    "--json",
                    "--",
                    Busybox.PATH,
                    "grep",
                    "-x",
                    "top of tls",
                    "/etc/top");
            shownByProcesses = Set.copyOf(watch.found());
        }
        assertThat(bake.exitCode()).as(bake.err()).isZero();
    }

    @AfterAll
    static void close() {
        for (AutoCloseable server : Arrays.asList(front, store, basic, token, behindTls, mirror)) {
            if (server != null) {
                try {
                    server.close();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    /** The digest of an image's first layer. */
    private static String layer(ImageLayout layout, String name) {
        return layout.image("private/" + name + ":1")
                .manifests()
                .getFirst()
                .layers()
                .getFirst()
                .digest();
    }

    private static Optional<Failure> redirect(RegistryRequest request, String layer) {
        String location = store.location("/v2/private/basic/blobs/" + layer);
        return request.reference().equals(layer)
                ? Optional.of(new Failure.Status(307, "MOVED", "elsewhere", Map.of("Location", location)))
                : Optional.empty();
    }

    /** All tokens that were given until the layer was asked for first have run out then, and stay so. */
    private static synchronized Optional<Failure> expire(RegistryRequest request, String layer) {
        if (!request.reference().equals(layer)) {
            return Optional.empty();
        }
        int tokens = token.tokens().size();
        if (EXPIRED.compareAndSet(false, true)) {
            TOKENS_EXPIRED.set(tokens);
        }
        return tokens == TOKENS_EXPIRED.get()
                ? Optional.of(new Failure.Status(
                        401,
                        "UNAUTHORIZED",
                        "the token has expired",
                        Map.of("WWW-Authenticate", "Bearer realm=\"http://" + token.address() + "/token\"")))
                : Optional.empty();
    }

    @Test
    @DisplayName(
            "bakes them all, with user and password, with tokens, over a private authority's TLS, and from a mirror")
    void bakes() throws Exception {
        assertThat(bake.json().at("/snapshot/images"))
                .extracting(image -> image.path("reference").asText())
                .containsExactly(
                        front.address() + "/private/tls:1",
                        basic.address() + "/private/basic:1",
                        token.address() + "/private/token:1",
                        "127.0.0.1:1/private/mirrored:1");
        JsonNode podStart = bake.json().path("podStart");
        assertThat(podStart.path("image").asText()).isEqualTo(front.address() + "/private/tls:1");
        assertThat(podStart.at("/uncached/fetch").asDouble()).isPositive();
        assertThat(podStart.at("/cached/fetch").asDouble()).isZero();
        Leftovers.assertNone(home(), bake);
    }

    @Test
    @DisplayName("gets a new token when one runs out in the middle")
    void newToken() {
        assertThat(EXPIRED).isTrue();
        // One for the plan, one for the builder, and the one after it ran out.
        assertThat(token.tokens()).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    @DisplayName("shows credentials to no server that a registry redirects to")
    void redirects() {
        assertThat(store.asked())
                .filteredOn(asked -> asked.userAgent().startsWith("curl/"))
                .isNotEmpty()
                .allSatisfy(asked -> assertThat(asked.authorization()).isEmpty());
    }

    @Test
    @DisplayName("leaves no password, no encoded one and no token in output, history, logs, state or volume")
    void secretsStayInside() throws IOException {
        List<String> secrets = secrets();
        secrets.addAll(token.tokens());
        SecretSearch search = new SecretSearch(secrets);
        assertThat(search.in(bake.out())).isEmpty();
        assertThat(search.in(bake.err())).isEmpty();
        assertThat(search.below(home())).isEmpty();
        assertThat(shownByProcesses).isEmpty();
        assertThat(home().resolve("snapshots")).isNotEmptyDirectory();
    }

    @Test
    @DisplayName("would be caught with one in any of these places")
    void searchFinds() throws Exception {
        List<String> secrets = secrets();
        secrets.addAll(token.tokens());
        SecretSearch search = new SecretSearch(secrets);
        Path planted = Files.createDirectories(folder.resolve("planted/below"));
        for (int i = 0; i < secrets.size(); i++) {
            assertThat(search.in("before " + secrets.get(i) + " after")).contains(secrets.get(i));
            // As in a volume: far inside, over the border of two blocks.
            byte[] bytes = new byte[3 << 20];
            byte[] secret = secrets.get(i).getBytes(StandardCharsets.UTF_8);
            System.arraycopy(secret, 0, bytes, (1 << 20) - 5, secret.length);
            Files.write(planted.resolve("file" + i), bytes);
        }
        assertThat(search.below(folder.resolve("planted"))).hasSizeGreaterThanOrEqualTo(secrets.size());
        for (ProcessBuilder shows :
                List.of(new ProcessBuilder("sh", "-c", "sleep 30; : " + BASIC_CORE), withEnvironment(TOKEN_CORE))) {
            Process process = shows.start();
            try (SecretSearch.Watch watch = search.watchProcesses()) {
                long deadline = System.nanoTime() + 20_000_000_000L;
                while (watch.found().isEmpty() && System.nanoTime() < deadline) {
                    Thread.sleep(10);
                }
                assertThat(watch.found()).isNotEmpty();
            } finally {
                process.descendants().forEach(ProcessHandle::destroy);
                process.destroy();
            }
        }
    }

    @Test
    @DisplayName("refuses a wrong password at the plan, names the secret and shows nothing of it")
    void wrongPassword() throws Exception {
        String wrong = "Zu9Wa3Eo5wrong";
        for (LoopbackRegistry registry : List.of(basic, token)) {
            Outcome outcome = run(
                    "--image",
                    registry.address() + "/private/basic:1",
                    "--registry-secret",
                    registry.address() + "=" + login("wrong", USER, wrong));
            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.err())
                    .contains(registry.address() + " answered 401 UNAUTHORIZED")
                    .contains(
                            "it refused the credentials of secret arn:aws:secretsmanager:us-east-1:123456789012:secret:"
                                    + "prebake/registries/")
                    .doesNotContain("LaunchBuilder", "\tat ");
            SecretSearch search = new SecretSearch(List.of(wrong, base64(USER + ":" + wrong)));
            assertThat(search.in(outcome.out() + outcome.err())).isEmpty();
            assertThat(search.below(home())).isEmpty();
        }
    }

    @Test
    @DisplayName("refuses a secret that isn't there, and one that is malformed, at the plan")
    void noSecret() throws Exception {
        ObjectNode input = new ObjectMapper().createObjectNode();
        input.putArray("images").add(basic.address() + "/private/basic:1");
        input.putObject("registries")
                .putObject(basic.address())
                .put("secretArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:none-AbCdEf");
        Path file = Files.writeString(folder.resolve("none.json"), input.toString());
        assertThat(run("--input", file.toString()).err())
                .contains("reading secret arn:aws:secretsmanager:us-east-1:123456789012:secret:none-AbCdEf failed")
                .contains("ResourceNotFoundException", "Check the name in the input's registries")
                .doesNotContain("LaunchBuilder");
        Path malformed = Files.writeString(folder.resolve("malformed"), "user " + BASIC_CORE);
        Outcome outcome = run(
                "--image",
                basic.address() + "/private/basic:1",
                "--registry-secret",
                basic.address() + "=" + malformed);
        assertThat(outcome.err())
                .contains("is no JSON; it must be {\"username\": …, \"password\": …} or a Docker config.json")
                .doesNotContain("LaunchBuilder", BASIC_CORE);
    }

    private static List<String> secrets() {
        return new ArrayList<>(List.of(
                BASIC_CORE,
                TOKEN_CORE,
                TLS_CORE,
                base64(USER + ":" + BASIC_PASSWORD),
                base64(USER + ":" + TOKEN_PASSWORD),
                base64(USER + ":" + TLS_PASSWORD)));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ProcessBuilder withEnvironment(String value) {
        ProcessBuilder builder = new ProcessBuilder("sleep", "30");
        builder.environment().put("SECRET", value);
        return builder;
    }

    private static Path login(String name, String user, String password) throws IOException {
        ObjectNode login = new ObjectMapper().createObjectNode();
        login.put("username", user).put("password", password);
        return Files.writeString(folder.resolve(name + ".json"), login.toString());
    }

    private static Path dockerConfig(String host, String password) throws IOException {
        ObjectNode config = new ObjectMapper().createObjectNode();
        config.putObject("auths").putObject("https://" + host).put("auth", base64(USER + ":" + password));
        return Files.writeString(folder.resolve("config.json"), config.toString());
    }

    private static Outcome run(String... arguments) throws IOException, InterruptedException {
        return LocalCommandLine.over(home()).run(arguments);
    }

    private static LoopbackRegistry serving(ImageLayout layout, RegistryAccess access) throws IOException {
        return LoopbackRegistry.builder().layout(layout).access(access).start();
    }

    private static PlatformImage image(String name, Layer layer) {
        return new PlatformImage(
                Platform.current(),
                ImageConfig.EMPTY,
                List.of(
                        layer,
                        Layer.builder().file("etc/top", "top of " + name + "\n").build()));
    }

    /** Large enough to be unpacked beside containerd. */
    private static Layer large(String name) {
        byte[] content = new byte[9 << 20];
        new Random(name.hashCode()).nextBytes(content);
        return Layer.builder().file("srv/" + name, content, 0644).build();
    }

    private static boolean hasProgram(String name) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(programs -> Files.isExecutable(Path.of(programs, name)));
    }

    private static Path home() {
        return folder.resolve("home");
    }
}
