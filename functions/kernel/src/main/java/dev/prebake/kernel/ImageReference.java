package dev.prebake.kernel;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where an image is: registry, repository, and tag or digest.
 *
 * <p>Short references are completed as containerd and the kubelet complete them, so that the name on the volume is the name
 * that the kubelet looks for: {@code busybox} is {@code docker.io/library/busybox:latest}, and a tag beside a digest is
 * dropped (https://github.com/distribution/reference: grammar at the top of reference.go, ParseDockerRef in
 * normalize.go).
 *
 * @param registry host and optional port, {@code docker.io} for Docker Hub
 * @param repository path in the registry, lower case
 * @param tag tag; absent when a digest was given
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
                    + "(?::(?<port>[0-9]{1,5}))?");
    private static final Pattern TAG = Pattern.compile("[\\w][\\w.-]{0,127}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final Pattern SPLIT = Pattern.compile("(?<name>[^@]*?)(?::(?<tag>[^:/@]*))?(?:@(?<digest>.*))?");
    /** Bare image IDs look like names, and the kubelet takes them for IDs. */
    private static final Pattern IMAGE_ID = Pattern.compile("[0-9a-f]{64}");
    /** The distribution project's limit on a repository's whole name. */
    private static final int MAX_NAME = 255;
    /** The longest name, tag and digest together. */
    private static final int MAX_LENGTH = MAX_NAME + 1 + 128 + 1 + 71;

    private static final int MAX_PORT = 65_535;

    /**
     * Parses a reference.
     *
     * @throws MalformedReferenceException when it isn't one; the message says which part and why
     */
    public static ImageReference parse(String text) {
        if (text.isEmpty()) {
            throw new MalformedReferenceException(text, "it is empty");
        }
        // Before any pattern: on a long text a pattern with groups can exhaust the stack.
        if (text.length() > MAX_LENGTH) {
            throw new MalformedReferenceException(text, "it is longer than " + MAX_LENGTH + " characters");
        }
        if (IMAGE_ID.matcher(text).matches()) {
            throw new MalformedReferenceException(text, "64 hex digits are an image's ID, not a name");
        }
        Matcher parts = SPLIT.matcher(text);
        if (!parts.matches()) {
            throw new MalformedReferenceException(text, "its digest has a line break");
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
        Matcher host = REGISTRY.matcher(registry);
        if (!host.matches() || !isPort(host.group("port"))) {
            throw new MalformedReferenceException(
                    text, Excerpt.of(registry) + " is no host name with an optional port up to " + MAX_PORT);
        }
        if (!REPOSITORY.matcher(repository).matches()) {
            throw new MalformedReferenceException(
                    text,
                    Excerpt.of(repository)
                            + " is no repository: lower-case letters and digits, separated by '/', '.', '_' or '-'");
        }
        if (registry.length() + 1 + repository.length() > MAX_NAME) {
            throw new MalformedReferenceException(text, "its name is longer than " + MAX_NAME + " characters");
        }
        if (tag != null && !TAG.matcher(tag).matches()) {
            throw new MalformedReferenceException(
                    text,
                    Excerpt.of(tag)
                            + " is no tag: up to 128 letters, digits, '_', '.' or '-', not starting with '.' or '-'");
        }
        if (digest != null && !DIGEST.matcher(digest).matches()) {
            throw new MalformedReferenceException(
                    text, Excerpt.of(digest) + " is no digest: sha256: and 64 hex digits, lower case");
        }
        if (digest != null) {
            return new ImageReference(registry, repository, null, digest);
        }
        return new ImageReference(registry, repository, tag == null ? "latest" : tag, null);
    }

    private static boolean isPort(@Nullable String digits) {
        if (digits == null) {
            return true;
        }
        int port = Integer.parseInt(digits);
        return port >= 1 && port <= MAX_PORT;
    }

    /** Registry and repository, without tag or digest. */
    public String name() {
        return registry + "/" + repository;
    }

    /** Whether the registry is on this machine: the only ones spoken to without TLS. */
    public boolean isLoopback() {
        return isLoopback(registry);
    }

    /** Whether a host, with or without a port, names this machine by an address that no other can have. */
    public static boolean isLoopback(String hostAndPort) {
        int colon = hostAndPort.startsWith("[") ? hostAndPort.indexOf("]:") + 1 : hostAndPort.indexOf(':');
        String host = colon > 0 ? hostAndPort.substring(0, colon) : hostAndPort;
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(?:\\.[0-9]{1,3}){3}");
    }

    /** The canonical text, {@code registry/repository[:tag][@digest]}. */
    @Override
    public String toString() {
        return name() + (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }
}
