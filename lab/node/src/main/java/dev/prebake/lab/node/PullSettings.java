package dev.prebake.lab.node;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a node reaches the registry of a pod's image: what a pod's {@code imagePullSecrets} and the node's {@code hosts.toml}
 * say on a real one.
 *
 * @param login who asks; absent for anonymous pulls
 * @param mirrors addresses to ask before the registry, in this order
 * @param authorities certificates to trust beside the system's, in PEM, by the host of registry or mirror
 */
public record PullSettings(@Nullable Login login, List<String> mirrors, Map<String, String> authorities) {
    /** Anonymously, at the registry itself. */
    public static final PullSettings NONE = new PullSettings(null, List.of(), Map.of());

    public PullSettings {
        mirrors = List.copyOf(mirrors);
        authorities = Map.copyOf(authorities);
    }

    /**
     * Who asks a registry.
     *
     * @param user the user's name
     * @param password the password
     */
    public record Login(String user, String password) {
        /** Nothing of it. */
        @Override
        public String toString() {
            return "a login";
        }
    }
}
