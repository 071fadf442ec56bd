package dev.prebake.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.Excerpt;
import dev.prebake.kernel.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a registry serves under a tag or digest: an index of manifests or one manifest, OCI's or Docker's schema 2.
 *
 * <p>Told apart by what is inside, because some registries label all of it with one content type
 * (https://github.com/opencontainers/image-spec: image-index.md, manifest.md;
 * https://distribution.github.io/distribution/spec/manifest-v2-2/).
 */
sealed interface ManifestDocument {
    /** The content types asked for. */
    String ACCEPT = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json,"
            + " application/vnd.docker.distribution.manifest.list.v2+json,"
            + " application/vnd.docker.distribution.manifest.v2+json";

    /** Configurations of images; manifests of anything else (charts, signatures, models) have others. */
    Set<String> IMAGE_CONFIGS =
            Set.of("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json");

    /** A digest that we can check. */
    Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    /** Manifests by platform. */
    record Index(List<Entry> entries) implements ManifestDocument {
        /**
         * The entries to try for Linux on this architecture, best first.
         *
         * <p>Only the architecture's base variant is certain to run on each builder and node: none or {@code v8} for arm64,
         * none or {@code v1} for amd64, as containerd matches them. An entry without a platform may be anything; its
         * configuration tells.
         */
        List<Entry> candidates(Architecture architecture) {
            List<Entry> named = entries.stream()
                    .filter(entry ->
                            entry.platform() != null && entry.platform().isBase(architecture))
                    .toList();
            return named.isEmpty()
                    ? entries.stream().filter(entry -> entry.platform() == null).toList()
                    : named;
        }

        /** The platforms in it, without the {@code unknown/unknown} of attestations. */
        String platforms() {
            String platforms = entries.stream()
                    .map(Entry::platform)
                    .filter(platform -> platform == null || !platform.os().equals("unknown"))
                    .map(platform -> platform == null ? "one without a platform" : platform.toString())
                    .distinct()
                    .collect(Collectors.joining(", "));
            return platforms.isEmpty() ? "none" : Excerpt.bare(platforms);
        }
    }

    /** A manifest in an index; the platform is absent where the index says none. */
    record Entry(String digest, @Nullable Platform platform) {}

    /** Operating system, architecture and its variant, which may be empty; all in Go's names. */
    record Platform(String os, String architecture, String variant) {
        /** Whether it is Linux on this architecture, in the variant that all of its processors have. */
        boolean isBase(Architecture wanted) {
            String base = wanted == Architecture.ARM64 ? "v8" : "v1";
            return os.equals("linux")
                    && architecture.equals(wanted.ociName())
                    && (variant.isEmpty() || variant.equals(base));
        }

        @Override
        public String toString() {
            if (os.isEmpty() && architecture.isEmpty()) {
                return "no platform";
            }
            return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
        }
    }

    /** One image. */
    record Manifest(String configDigest, List<ResolvedImage.Layer> layers) implements ManifestDocument {}

    /**
     * Reads a registry's answer.
     *
     * @throws UnresolvedImageException when it is none of the two kinds
     */
    static ManifestDocument parse(byte[] body) {
        JsonNode json = json(body, "manifest");
        if (json.path("schemaVersion").asInt() == 1 || json.has("fsLayers")) {
            throw UnresolvedImageException.lasting("the registry has it only in Docker's image manifest schema 1, which"
                    + " containerd no longer pulls; push it again with a current tool");
        }
        if (json.path("manifests").isArray()) {
            List<Entry> entries = new ArrayList<>();
            for (JsonNode entry : json.path("manifests")) {
                JsonNode platform = entry.path("platform");
                entries.add(new Entry(digest(entry), platform.isObject() ? platform(platform) : null));
            }
            return new Index(List.copyOf(entries));
        }
        JsonNode config = json.path("config");
        if (!config.isObject() || !json.path("layers").isArray()) {
            throw UnresolvedImageException.lasting("the registry's answer is no image manifest: " + quoted(body));
        }
        String configType = config.path("mediaType").asText();
        if (!IMAGE_CONFIGS.contains(configType)) {
            throw UnresolvedImageException.lasting(
                    "it is no container image: its configuration is of type " + Excerpt.of(configType));
        }
        List<ResolvedImage.Layer> layers = new ArrayList<>();
        for (JsonNode layer : json.path("layers")) {
            JsonNode size = layer.path("size");
            if (!size.isIntegralNumber() || !size.canConvertToLong() || size.longValue() < 0) {
                throw UnresolvedImageException.lasting(
                        "its manifest has a layer of the size " + Excerpt.of(size.toString()));
            }
            layers.add(new ResolvedImage.Layer(digest(layer), size.longValue()));
        }
        return new Manifest(digest(config), List.copyOf(layers));
    }

    /**
     * The platform that an image's configuration names.
     *
     * @throws UnresolvedImageException when it is no JSON object
     */
    static Platform configPlatform(byte[] body) {
        return platform(json(body, "configuration"));
    }

    private static Platform platform(JsonNode json) {
        return new Platform(
                json.path("os").asText(),
                json.path("architecture").asText(),
                json.path("variant").asText());
    }

    private static String digest(JsonNode descriptor) {
        String digest = descriptor.path("digest").asText();
        if (!DIGEST.matcher(digest).matches()) {
            throw UnresolvedImageException.lasting("its manifest names " + Excerpt.of(digest) + ", which is no digest");
        }
        return digest;
    }

    private static JsonNode json(byte[] body, String what) {
        try {
            JsonNode json = Json.mapper().readTree(body);
            if (json != null && json.isObject()) {
                return json;
            }
        } catch (IOException e) {
            throw UnresolvedImageException.lasting(
                    "the registry's answer is no image " + what + ", not even JSON: " + quoted(body), e);
        }
        throw UnresolvedImageException.lasting("the registry's answer is no image " + what + ": " + quoted(body));
    }

    private static String quoted(byte[] body) {
        return Excerpt.of(new String(body, StandardCharsets.UTF_8));
    }
}
