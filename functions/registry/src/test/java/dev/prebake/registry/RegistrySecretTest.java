package dev.prebake.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A registry's secret")
final class RegistrySecretTest {
    private static final String HOST = "registry.example.com:5000";

    private static Credentials parse(String text) {
        return RegistrySecret.parse(text, HOST, "secret s");
    }

    private static String failure(String text) {
        UnresolvedImageException failure = catchThrowableOfType(
                UnresolvedImageException.class, () -> RegistrySecret.parse(text, HOST, "secret s"));
        assertThat(failure.mayPass()).isFalse();
        assertThat(failure.getCause()).isNull();
        return Objects.requireNonNull(failure.getMessage());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("is user and password")
    void fields() {
        Credentials credentials = parse("{\"username\":\"robot$ci\",\"password\":\"p:\\\"\\\\ä\",\"note\":1}");
        assertThat(credentials).isEqualTo(new Credentials("robot$ci", "p:\"\\ä", "secret s"));
        assertThat(credentials.basic()).isEqualTo("Basic " + base64("robot$ci:p:\"\\ä"));
    }

    @Test
    @DisplayName("is never part of what is printed")
    void toText() {
        assertThat(parse("{\"username\":\"user\",\"password\":\"hidden\"}")).hasToString("credentials of secret s");
    }

    @ParameterizedTest
    @DisplayName("is a Docker configuration, whose keys may be addresses")
    @ValueSource(
            strings = {
                "registry.example.com:5000",
                "https://registry.example.com:5000",
                "http://registry.example.com:5000/",
                "https://registry.example.com:5000/v1/",
                "registry.example.com:5000/v2"
            })
    void dockerConfig(String key) {
        assertThat(parse("{\"auths\":{\"other\":{\"auth\":\"eDp5\"},\"" + key + "\":{\"auth\":\"" + base64("u:p:q\0")
                        + "\"}},\"credsStore\":\"desktop\"}"))
                .isEqualTo(new Credentials("u", "p:q", "secret s"));
        assertThat(parse("{\"auths\":{\"" + key + "\":{\"username\":\"u\",\"password\":\"p\"}}}"))
                .isEqualTo(new Credentials("u", "p", "secret s"));
    }

    @ParameterizedTest
    @DisplayName("of Docker Hub has one of that registry's names")
    @ValueSource(strings = {"docker.io", "https://index.docker.io/v1/", "registry-1.docker.io"})
    void dockerHub(String key) {
        assertThat(RegistrySecret.parse(
                        "{\"auths\":{\"" + key + "\":{\"auth\":\"" + base64("u:p") + "\"}}}", "docker.io", "s"))
                .isEqualTo(new Credentials("u", "p", "s"));
    }

    @ParameterizedTest
    @DisplayName("that is malformed is refused with the reason, and never with its text")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            hidden                                                              | is no JSON
            {"username":"hidden","password":"hidden"                            | is no JSON
            "hidden"                                                            | is no JSON object
            ["hidden"]                                                          | is no JSON object
            {"user":"hidden","pass":"hidden"}                                   | has no username and password
            {"username":"hidden"}                                               | has no username and password
            {"username":"","password":"hidden"}                                 | has no username and password
            {"username":"hidden","password":""}                                 | has no username and password
            {"username":"hidden","password":5}                                  | has no username and password
            {"username":"hid:den","password":"hidden"}                          | has a username with a colon
            {"auths":{"hidden":{"auth":"eDp5"}}}                                | without an entry for registry.example.com:5000
            {"auths":{"registry.example.com:5000":{}},"credsStore":"x"}         | leaves credentials to a helper program
            {"auths":{"registry.example.com:5000":{"auth":"hidden!"}}}          | has an auth that is not base64
            {"auths":{"registry.example.com:5000":{"auth":"aGlkZGVu"}}}         | is not base64 of user:password
            {"auths":{"registry.example.com:5000":{"auth":"aGlkZGVuOg=="}}}     | is not base64 of user:password
            {"auths":{"registry.example.com:5000":{"identitytoken":"hidden"}}}  | has an identitytoken only
            {"auths":{"registry.example.com:5000":{"email":"hidden"}}}          | has neither auth nor username
            """)
    void malformed(String text, String words) {
        assertThat(failure(text)).startsWith("secret s ").contains(words).doesNotContain("hidden", "aGlkZGVu");
    }

    @Test
    @DisplayName("that is empty is no JSON object")
    void empty() {
        assertThat(failure("")).contains("is no JSON object");
    }
}
