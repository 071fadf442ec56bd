package dev.prebake.lab.registry;

/**
 * A request that came to the registry, as a {@link Fault} sees it.
 *
 * @param method the HTTP method
 * @param subject what is asked for
 * @param repository the repository, or empty where there is none
 * @param reference the tag or digest, or empty where there is none
 * @param ranged whether only a part of the blob is asked for
 */
public record RegistryRequest(String method, Subject subject, String repository, String reference, boolean ranged) {
    /** What the distribution specification serves. */
    public enum Subject {
        /** {@code /v2/}: whether this is a registry, and who may use it. */
        VERSION,
        /** A manifest or an index. */
        MANIFEST,
        /** A layer or a configuration. */
        BLOB,
        /** The list of a repository's tags. */
        TAGS,
        /** A token of the bearer flow. */
        TOKEN,
        /** Anything else. */
        OTHER
    }
}
