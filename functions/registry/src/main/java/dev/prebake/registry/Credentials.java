package dev.prebake.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Who asks a registry.
 *
 * @param user the user's name, without a colon
 * @param password password, access token or whatever else stands in its place
 * @param source where they come from, in words, for messages: {@code secret arn:…}
 */
public record Credentials(String user, String password, String source) {
    /** The value of the header {@code Authorization} in the scheme Basic (RFC 7617). */
    String basic() {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** Where they come from, never what they are. */
    @Override
    public String toString() {
        return "credentials of " + source;
    }
}
