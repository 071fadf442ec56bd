package dev.prebake.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Excerpt;
import dev.prebake.kernel.Json;
import java.io.IOException;
import java.net.http.HttpResponse;

/**
 * What a registry's error says, in words
 * (https://github.com/opencontainers/distribution-spec/blob/main/spec.md, "Error Codes").
 */
final class RegistryAnswer {
    private RegistryAnswer() {}

    /** {@code registry-1.docker.io answered 404 MANIFEST_UNKNOWN: manifest unknown}. */
    static String describe(HttpResponse<byte[]> answer) {
        return RegistryHttp.host(answer.uri()) + " answered " + answer.statusCode() + reason(answer.body());
    }

    private static String reason(byte[] body) {
        JsonNode json;
        try {
            json = Json.mapper().readTree(body);
        } catch (IOException e) {
            // Proxies and load balancers answer in HTML; the status says it all.
            return "";
        }
        if (json == null) {
            return "";
        }
        JsonNode error = json.path("errors").path(0);
        String code = error.path("code").asText();
        String message = firstFilled(error.path("message"), json.path("message"), json.path("details"));
        return (code.isEmpty() ? "" : " " + Excerpt.bare(code))
                + (message.isEmpty() ? "" : ": " + Excerpt.bare(message));
    }

    private static String firstFilled(JsonNode... candidates) {
        for (JsonNode candidate : candidates) {
            if (candidate.isTextual() && !candidate.textValue().isBlank()) {
                return candidate.textValue().strip();
            }
        }
        return "";
    }
}
