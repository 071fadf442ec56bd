package dev.prebake.kernel;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where an image is: registry, repository, and tag or digest.
 *
 * <p>Short references are completed as containerd and the kubelet complete them, so that the name on the volume is the name
 * that the kubelet looks for: {@code busybox} is {@code docker.io/library/busybox:latest}
 * (https://github.com/distribution/reference, grammar at the top of reference.go).
 *
 * @param registry host and optional port, {@code docker.io} for Docker Hub
 * @param repository path in the registry, lower case
 * @param tag tag; absent when only a digest was given
 * @param digest {@code sha256:…}; absent when only a tag was given
 */
public record ImageReference(
        String registry,
        String repository,
        @Nullable String tag,
        @Nullable String digest) {
    private static final String PATH_COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private static final Pattern REPOSITORY = Pattern.compile(PATH_COMPONENT + "(?:/" + PATH_COMPONENT + ")*");
    private static final Pattern REGISTRY = Pattern.compile(
            "(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[0-9a-fA-F:]+])"
                    + "(?::[0-9]{1,5})?");
    private static final Pattern TAG = Pattern.compile("[\\w][\\w.-]{0,127}", Pattern.UNICODE_CASE);
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final Pattern SPLIT = Pattern.compile("(?<name>[^@]*?)(?::(?<tag>[^:/@]*))?(?:@(?<digest>.*))?");
    /** The distribution project's limit on a repository's whole name. */
    private static final int MAX_NAME = 255;

    /**
     * Parses a reference.
     *
     * @throws MalformedReferenceException when it isn't one; the message says which part and why
     */
    public static ImageReference parse(String text) {
        Matcher parts = SPLIT.matcher(text);
        if (text.isEmpty() || !parts.matches()) {
            throw new MalformedReferenceException(text, "it is empty or has line breaks");
        }
        String name = parts.group("name");
        String tag = parts.group("tag");
        String digest = parts.group("digest");
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        String registry;
        String repository;
        if (slash >= 0
                && (first.contains(".")
                        || first.contains(":")
                        || first.equals("localhost")
                        || !first.equals(first.toLowerCase(Locale.ROOT)))) {
            registry = first.equals("index.docker.io") ? "docker.io" : first;
            repository = name.substring(slash + 1);
        } else {
            registry = "docker.io";
            repository = name;
        }
        if (registry.equals("docker.io") && !repository.contains("/")) {
            repository = "library/" + repository;
        }
        if (!REGISTRY.matcher(registry).matches()) {
            throw new MalformedReferenceException(text, "'" + registry + "' is no host name with an optional port");
        }
        if (!REPOSITORY.matcher(repository).matches()) {
            throw new MalformedReferenceException(
                    text,
                    "'" + repository
                            + "' is no repository: lower-case letters and digits, separated by '/', '.', '_' or '-'");
        }
        if (registry.length() + 1 + repository.length() > MAX_NAME) {
            throw new MalformedReferenceException(text, "its name is longer than " + MAX_NAME + " characters");
        }
        if (tag != null && !TAG.matcher(tag).matches()) {
            throw new MalformedReferenceException(
                    text,
                    "'" + tag
                            + "' is no tag: up to 128 letters, digits, '_', '.' or '-', not starting with '.' or '-'");
        }
        if (digest != null && !DIGEST.matcher(digest).matches()) {
            throw new MalformedReferenceException(text, "'" + digest + "' is no digest: sha256: and 64 hex digits");
        }
        return new ImageReference(registry, repository, tag == null && digest == null ? "latest" : tag, digest);
    }

    /** Registry and repository, without tag or digest. */
    public String name() {
        return registry + "/" + repository;
    }

    /** Whether the registry is on this machine: the only ones spoken to without TLS. */
    public boolean isLoopback() {
        int colon = registry.startsWith("[") ? registry.indexOf("]:") + 1 : registry.indexOf(':');
        String host = colon > 0 ? registry.substring(0, colon) : registry;
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(?:\\.[0-9]{1,3}){3}");
    }

    /** The canonical text, {@code registry/repository[:tag][@digest]}. */
    @Override
    public String toString() {
        return name() + (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }
}
