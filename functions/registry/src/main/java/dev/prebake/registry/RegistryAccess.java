package dev.prebake.registry;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * How registries are reached where their names don't say all. Asked only when it matters; implementations are safe for use by
 * several threads.
 */
public interface RegistryAccess {
    /** Every registry as its name says, and anonymously. */
    RegistryAccess ANONYMOUS = new RegistryAccess() {
        @Override
        public Optional<Credentials> credentials(String host) {
            return Optional.empty();
        }

        @Override
        public List<URI> mirrors(String host) {
            return List.of();
        }

        @Override
        public Optional<String> certificates(String host) {
            return Optional.empty();
        }
    };

    /**
     * What to show a host that wants to know who asks.
     *
     * @param host host and port, as image references name it
     * @throws UnresolvedImageException when there should be some, and they can't be had
     */
    Optional<Credentials> credentials(String host);

    /** Addresses to ask before the registry itself, in this order. */
    List<URI> mirrors(String host);

    /**
     * Certificates to trust beside the system's, in PEM.
     *
     * @throws UnresolvedImageException when there should be some, and they can't be had
     */
    Optional<String> certificates(String host);
}
