package dev.prebake.registry;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a registry says that a token is to be had: a {@code WWW-Authenticate} header of the scheme Bearer
 * (https://distribution.github.io/distribution/spec/auth/token/, RFC 9110 section 11.6.1).
 *
 * <p>Parameters come in any order, quoted or not; {@code nvcr.io} sends no service, others no scope.
 *
 * @param realm address of the token server
 * @param service what the token is for, absent when the registry names none
 * @param scope the rights it must carry, absent when the registry names none
 */
record BearerChallenge(
        String realm, @Nullable String service, @Nullable String scope) {
    /** Real ones have some hundred characters; a pattern on a much longer text could exhaust the stack. */
    private static final int MAX_CHARACTERS = 4_096;

    private static final Pattern SCHEME = Pattern.compile("(?i)(?:^|,)\\s*bearer\\s+");
    private static final Pattern BASIC = Pattern.compile("(?i)(?:^|,)\\s*basic(?:\\s|,|$)");
    private static final Pattern PARAMETER = Pattern.compile(
            "\\G\\s*,?\\s*([a-zA-Z0-9_-]+)\\s*=\\s*(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"|([^\\s,\"]+))");

    /** The first Bearer challenge among an answer's {@code WWW-Authenticate} headers. */
    static Optional<BearerChallenge> among(List<String> headers) {
        for (String header : headers) {
            Matcher scheme = SCHEME.matcher(header);
            if (header.length() > MAX_CHARACTERS || !scheme.find()) {
                continue;
            }
            Map<String, String> parameters = new HashMap<>();
            Matcher parameter = PARAMETER.matcher(header).region(scheme.end(), header.length());
            while (parameter.find()) {
                String quoted = parameter.group(2);
                String value = quoted == null ? parameter.group(3) : quoted.replaceAll("\\\\(.)", "$1");
                parameters.putIfAbsent(parameter.group(1).toLowerCase(Locale.ROOT), value);
            }
            String realm = parameters.get("realm");
            if (realm != null) {
                return Optional.of(
                        new BearerChallenge(realm, filled(parameters.get("service")), filled(parameters.get("scope"))));
            }
        }
        return Optional.empty();
    }

    /** Whether one of the headers asks for user and password themselves (RFC 7617). */
    static boolean isBasicAmong(List<String> headers) {
        return headers.stream()
                .anyMatch(header -> header.length() <= MAX_CHARACTERS
                        && BASIC.matcher(header).find());
    }

    private static @Nullable String filled(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }
}
