package dev.prebake.lab.registry;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Checks requests against a registry's {@link RegistryAccess}, and issues its tokens. */
final class Authorizer {
    private static final String SERVICE = "prebake-registry";

    private final RegistryAccess access;
    private final Map<String, Set<String>> repositoriesByToken = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();

    Authorizer(RegistryAccess access) {
        this.access = access;
    }

    /**
     * Returns the challenge to answer with status 401, or nothing if the request may go on.
     *
     * @param repository the repository asked for, or empty where there is none
     * @param address the registry's host and port
     */
    Optional<String> challenge(Exchange exchange, String repository, String address) {
        String header = exchange.header("Authorization");
        return switch (access) {
            case RegistryAccess.Open() -> Optional.empty();
            case RegistryAccess.Basic(String user, String password) ->
                isBasic(header, user, password) ? Optional.empty() : Optional.of(basicChallenge());
            case RegistryAccess.AnonymousToken() -> bearer(header, repository, address);
            case RegistryAccess.UserToken _ -> bearer(header, repository, address);
        };
    }

    /** Tells whether there is a token endpoint at all. */
    boolean issuesTokens() {
        return access instanceof RegistryAccess.AnonymousToken || access instanceof RegistryAccess.UserToken;
    }

    /** Returns the challenge if the client may not have a token. */
    Optional<String> tokenChallenge(Exchange exchange) {
        String header = exchange.header("Authorization");
        return access instanceof RegistryAccess.UserToken(String user, String password)
                        && !isBasic(header, user, password)
                ? Optional.of(basicChallenge())
                : Optional.empty();
    }

    /** Issues a token for the scopes, each like {@code repository:prebake/sample:pull}. */
    String issue(Iterable<String> scopes) {
        byte[] bytes = new byte[24];
        random.nextBytes(bytes);
        String token = HexFormat.of().formatHex(bytes);
        var repositories = new HashSet<String>();
        for (String scope : scopes) {
            for (String single : scope.split(" ", -1)) {
                int end = single.lastIndexOf(':');
                boolean pulls = end > 0
                        && Set.of(single.substring(end + 1).split(",", -1)).contains("pull");
                if (single.startsWith("repository:") && pulls) {
                    repositories.add(single.substring("repository:".length(), end));
                }
            }
        }
        repositoriesByToken.put(token, repositories);
        return token;
    }

    /** The tokens that were issued. */
    Set<String> issued() {
        return Set.copyOf(repositoriesByToken.keySet());
    }

    private Optional<String> bearer(@Nullable String header, String repository, String address) {
        String challenge = "Bearer realm=\"http://" + address + "/token\",service=\"" + SERVICE + "\"";
        if (!repository.isEmpty()) {
            challenge += ",scope=\"repository:" + repository + ":pull\"";
        }
        if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return Optional.of(challenge);
        }
        Set<String> repositories = repositoriesByToken.get(header.substring(7).strip());
        if (repositories == null) {
            return Optional.of(challenge + ",error=\"invalid_token\"");
        }
        return repository.isEmpty() || repositories.contains(repository)
                ? Optional.empty()
                : Optional.of(challenge + ",error=\"insufficient_scope\"");
    }

    private static String basicChallenge() {
        return "Basic realm=\"" + SERVICE + "\"";
    }

    private static boolean isBasic(@Nullable String header, String user, String password) {
        String expected = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return header != null
                && header.regionMatches(true, 0, "Basic ", 0, 6)
                && MessageDigest.isEqual(
                        header.substring(6).strip().getBytes(StandardCharsets.UTF_8),
                        expected.getBytes(StandardCharsets.UTF_8));
    }
}
