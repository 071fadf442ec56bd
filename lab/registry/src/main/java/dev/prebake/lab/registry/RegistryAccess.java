package dev.prebake.lab.registry;

/** Who may pull, and how a client shows that it may. */
public sealed interface RegistryAccess {
    /** Everyone, without asking. */
    record Open() implements RegistryAccess {}

    /** Everyone who first fetches a bearer token, as at the big public registries. */
    record AnonymousToken() implements RegistryAccess {}

    /** Who fetches a bearer token with this user and password. */
    record UserToken(String user, String password) implements RegistryAccess {}

    /** Who sends this user and password with each request. */
    record Basic(String user, String password) implements RegistryAccess {}

    /** Returns {@link Open}. */
    static RegistryAccess open() {
        return new Open();
    }
}
