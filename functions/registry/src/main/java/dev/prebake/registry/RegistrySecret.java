package dev.prebake.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Excerpt;
import dev.prebake.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The text of a secret that opens a registry: {@code {"username": …, "password": …}}, or a Docker configuration
 * ({@code ~/.docker/config.json}: https://docs.docker.com/reference/cli/docker/login/).
 *
 * <p>No message repeats anything of the text: they end in an execution's history.
 */
final class RegistrySecret {
    private static final List<String> DOCKER_HUB =
            List.of("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com");
    private static final String FORMS =
            "; it must be {\"username\": …, \"password\": …} or a Docker config.json with the registry's host in auths";

    private RegistrySecret() {}

    /**
     * The credentials for one host.
     *
     * @param text the secret
     * @param host host and port, as image references name it
     * @param source where the secret is, in words
     * @throws UnresolvedImageException when there are none in it
     */
    static Credentials parse(String text, String host, String source) {
        JsonNode json;
        try {
            json = Json.mapper().readTree(text);
        } catch (JsonProcessingException _) {
            // Without its cause, whose message shows the text.
            throw malformed(source, "is no JSON" + FORMS);
        }
        if (!json.isObject()) {
            throw malformed(source, "is no JSON object" + FORMS);
        }
        return json.has("auths") || json.has("credHelpers") || json.has("credsStore")
                ? ofDockerConfig(json, host, source)
                : ofFields(json, source, "has no username and password" + FORMS);
    }

    private static Credentials ofDockerConfig(JsonNode config, String host, String source) {
        for (Map.Entry<String, JsonNode> entry : config.path("auths").properties()) {
            if (hostOf(entry.getKey()).equals(host) && !entry.getValue().isEmpty()) {
                return ofEntry(entry.getValue(), host, source);
            }
        }
        String elsewhere = config.has("credHelpers") || config.has("credsStore")
                ? "; it leaves credentials to a helper program, and only what stands in the file itself can be used"
                : "";
        throw malformed(source, "is a Docker config.json without an entry for " + Excerpt.bare(host) + elsewhere);
    }

    private static Credentials ofEntry(JsonNode entry, String host, String source) {
        String whyNot = "is a Docker config.json whose entry for " + Excerpt.bare(host);
        if (entry.path("auth").asText().isEmpty()) {
            if (entry.has("identitytoken")) {
                throw malformed(source, whyNot + " has an identitytoken only; log in with user and password instead");
            }
            return ofFields(entry, source, whyNot + " has neither auth nor username and password");
        }
        String decoded;
        try {
            decoded = new String(
                    Base64.getDecoder().decode(entry.path("auth").asText().strip()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw malformed(source, whyNot + " has an auth that is not base64");
        }
        int colon = decoded.indexOf(':');
        // Old clients padded it with NULs.
        String password = decoded.substring(colon + 1).replaceAll("\0+$", "");
        if (colon <= 0 || password.isEmpty()) {
            throw malformed(source, whyNot + " has an auth that is not base64 of user:password");
        }
        return new Credentials(decoded.substring(0, colon), password, source);
    }

    private static Credentials ofFields(JsonNode fields, String source, String whyNot) {
        JsonNode user = fields.path("username");
        JsonNode password = fields.path("password");
        if (!user.isTextual()
                || user.textValue().isEmpty()
                || !password.isTextual()
                || password.textValue().isEmpty()) {
            throw malformed(source, whyNot);
        }
        if (user.textValue().contains(":")) {
            throw malformed(source, "has a username with a colon in it, which no registry can be told");
        }
        return new Credentials(user.textValue(), password.textValue(), source);
    }

    /** The host of a key of auths: {@code host}, {@code https://host} or {@code https://host/v1/}. */
    private static String hostOf(String key) {
        String host = key.replaceFirst("^https?://", "").replaceFirst("/(?:v[12]/?)?$", "");
        return DOCKER_HUB.contains(host) ? "docker.io" : host;
    }

    private static UnresolvedImageException malformed(String source, String whyNot) {
        return UnresolvedImageException.lasting(source + " " + whyNot);
    }
}
