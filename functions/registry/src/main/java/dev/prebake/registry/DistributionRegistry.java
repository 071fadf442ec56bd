package dev.prebake.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.Excerpt;
import dev.prebake.kernel.ImageReference;
import dev.prebake.kernel.Json;
import dev.prebake.kernel.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Looks images up at their registries, or at mirrors of these, and fetches them, by the pull half of the OCI distribution
 * specification (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull).
 *
 * <p>It is no more than three kinds of GET: a manifest, a configuration, a token. The OCI clients for Java that are kept up
 * don't fit. ORAS (0.7.0 to 0.8.3) reads only challenges that name a service, which {@code nvcr.io}'s doesn't, so that it
 * can't look up NVIDIA's images; it asks with HEAD, so that the registry's own words about an error are lost; it has no
 * time-out for an answer and hides Retry-After; and it adds 22 MB to the function. Jib (0.28.1) drops the variants of an
 * index's platforms, and tries TLS without checking certificates before it goes without.
 */
public final class DistributionRegistry implements Registry {
    /** Registries take manifests of up to 4 MiB, says the specification; the largest tokens have some KiB. */
    private static final int MAX_BYTES = 4 << 20;
    /** An index may hold an index; deeper ones aren't made. */
    private static final int MAX_DEPTH = 3;
    /** Entries of an index without a platform that are looked into. */
    private static final int MAX_UNNAMED = 4;

    private static final String DOCKER_HUB = "docker.io";
    /** Docker Hub's name in references isn't where its registry answers. */
    private static final String DOCKER_HUB_REGISTRY = "registry-1.docker.io";

    private final RegistryAccess access;
    /** By what to trust; absent for the system's authorities alone. */
    private final Function<@Nullable SSLContext, RegistryHttp> http;

    private final RegistryHttp plain;
    private final Map<String, RegistryHttp> trusting = new ConcurrentHashMap<>();

    /** Makes it with the time-outs for use, for registries that are open to all. */
    public DistributionRegistry() {
        this(RegistryAccess.ANONYMOUS);
    }

    /** Makes it with the time-outs for use. */
    public DistributionRegistry(RegistryAccess access) {
        this(access, trust -> new RegistryHttp(Duration.ofSeconds(10), Thread::sleep, trust));
    }

    DistributionRegistry(RegistryAccess access, Function<@Nullable SSLContext, RegistryHttp> http) {
        this.access = access;
        this.http = http;
        this.plain = http.apply(null);
    }

    @Override
    public ResolvedImage resolve(ImageReference reference, Architecture architecture) {
        return new LookUp(reference, architecture).resolve();
    }

    /**
     * Fetches an image whole for one platform: index, manifest, configuration and layers, each checked against its digest.
     * What the folder has already is not fetched again.
     *
     * @param blobs where all of it goes
     * @param arrived told the size of each layer that is there now, in compressed bytes
     * @return the image
     * @throws UnresolvedImageException as {@link #resolve} does, or when a blob is not what its digest says
     * @throws UncheckedIOException when the folder can't be written to
     */
    public ResolvedImage download(
            ImageReference reference, Architecture architecture, BlobFolder blobs, LongConsumer arrived) {
        LookUp lookUp = new LookUp(reference, architecture);
        ResolvedImage image = lookUp.resolve();
        lookUp.seen.forEach(blobs::put);
        switch (ManifestDocument.parse(blobs.get(image.manifestDigest()))) {
            case ManifestDocument.Manifest manifest ->
                blobs.put(manifest.configDigest(), lookUp.configuration(manifest));
            case ManifestDocument.Index _ -> throw new IllegalStateException("Resolved to an index: " + image);
        }
        for (ResolvedImage.Layer layer : image.layers()) {
            blobs.add(layer.digest(), file -> lookUp.save(layer, file));
            arrived.accept(layer.bytes());
        }
        return image;
    }

    /** One look-up, which keeps the tokens that it got. */
    private final class LookUp {
        private final ImageReference reference;
        private final Architecture architecture;
        /** Where to ask, in this order: the mirrors, and last the registry itself. */
        private final List<Source> sources = new ArrayList<>();
        /** The manifests and indexes on the way, by digest. */
        private final Map<String, byte[]> seen = new LinkedHashMap<>();

        LookUp(ImageReference reference, Architecture architecture) {
            this.reference = reference;
            this.architecture = architecture;
            for (URI mirror : access.mirrors(reference.registry())) {
                sources.add(source(mirror.toString(), mirror.getRawAuthority(), "?ns=" + reference.registry()));
            }
            sources.add(source(null, reference.registry(), ""));
        }

        /** A mirror by its address, or without one the registry itself. */
        private Source source(@Nullable String address, String host, String query) {
            String pem = access.certificates(host).orElse(null);
            String base = address;
            if (base == null) {
                String at = host.equals(DOCKER_HUB) ? DOCKER_HUB_REGISTRY : host;
                // A registry on this machine that has an authority speaks TLS.
                base = (reference.isLoopback() && pem == null ? "http://" : "https://") + at;
            }
            return new Source(
                    host,
                    base + "/v2/" + reference.repository(),
                    query,
                    pem == null
                            ? plain
                            : trusting.computeIfAbsent(pem, _ -> http.apply(TrustedAuthorities.with(pem, host))),
                    reference);
        }

        ResolvedImage resolve() {
            byte[] body = manifest(reference.digest() == null ? String.valueOf(reference.tag()) : reference.digest());
            String digest = Sha256.digestOf(body);
            requireDigest(reference.digest(), digest);
            return resolve(digest, digest, body, false, MAX_DEPTH);
        }

        /**
         * Follows indexes down to the platform's manifest.
         *
         * @param digest what the reference stands for
         * @param at digest of this body
         * @param isNamed whether an index already said that this is of the platform
         */
        private ResolvedImage resolve(String digest, String at, byte[] body, boolean isNamed, int depth) {
            seen.put(at, body);
            return switch (ManifestDocument.parse(body)) {
                case ManifestDocument.Manifest manifest -> {
                    if (!isNamed) {
                        requirePlatform(manifest);
                    }
                    yield new ResolvedImage(digest, at, manifest.layers());
                }
                case ManifestDocument.Index index -> choose(digest, index, depth);
            };
        }

        private ResolvedImage choose(String digest, ManifestDocument.Index index, int depth) {
            if (depth == 0) {
                throw UnresolvedImageException.lasting(
                        "its index holds indexes more than " + MAX_DEPTH + " levels deep");
            }
            List<ManifestDocument.Entry> candidates = index.candidates(architecture);
            for (ManifestDocument.Entry candidate : candidates.subList(0, Math.min(candidates.size(), MAX_UNNAMED))) {
                byte[] body = manifest(candidate.digest());
                requireDigest(candidate.digest(), Sha256.digestOf(body));
                try {
                    return resolve(digest, candidate.digest(), body, candidate.platform() != null, depth - 1);
                } catch (UnresolvedImageException e) {
                    // The next one without a platform may be it.
                    if (!e.isOtherPlatform()) {
                        throw e;
                    }
                }
            }
            throw UnresolvedImageException.otherPlatform(
                    "there is none for linux/" + architecture + "; its index has " + index.platforms());
        }

        private void requirePlatform(ManifestDocument.Manifest manifest) {
            ManifestDocument.Platform platform = ManifestDocument.configPlatform(configuration(manifest));
            if (!platform.isBase(architecture)) {
                throw UnresolvedImageException.otherPlatform("its configuration says that it is for "
                        + Excerpt.bare(platform.toString()) + ", not for linux/" + architecture);
            }
        }

        private byte[] configuration(ManifestDocument.Manifest manifest) {
            byte[] body = get(blob(manifest.configDigest()), "*/*");
            requireDigest(manifest.configDigest(), Sha256.digestOf(body));
            return body;
        }

        private void save(ResolvedImage.Layer layer, Path file) {
            ask(source -> source.save(blob(layer.digest()), file, layer.bytes()));
        }

        private static String blob(String digest) {
            return "/blobs/" + digest;
        }

        private byte[] manifest(String tagOrDigest) {
            return get("/manifests/" + tagOrDigest, ManifestDocument.ACCEPT);
        }

        private byte[] get(String path, String accept) {
            return ask(source -> source.get(path, accept));
        }

        /** Asks the mirrors in turn, and last the registry, whose answer counts when none had it. */
        private byte[] ask(Function<Source, byte[]> question) {
            List<String> before = new ArrayList<>();
            for (Source source : List.copyOf(sources.subList(0, sources.size() - 1))) {
                try {
                    return question.apply(source);
                } catch (UnresolvedImageException e) {
                    before.add("mirror " + e.getMessage());
                    if (e.mayPass() || e.getCause() != null) {
                        // It is broken or can't be reached, and isn't waited for again.
                        sources.remove(source);
                    }
                }
            }
            try {
                return question.apply(sources.getLast());
            } catch (UnresolvedImageException e) {
                throw e.after(before);
            }
        }
    }

    private static void requireDigest(@Nullable String asked, String got) {
        if (asked != null && !asked.equals(got)) {
            throw UnresolvedImageException.lasting(
                    "the registry answered " + asked + " with content whose digest is " + got);
        }
    }

    static URI address(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw UnresolvedImageException.lasting("no address can be made for it: " + e.getMessage(), e);
        }
    }

    /** The repository at one place, with what that place wants to be shown. */
    private final class Source {
        private final String host;
        private final String base;
        private final String query;
        private final RegistryHttp http;
        private final ImageReference reference;
        /** The header that opens the repository; absent until the place asks for one. */
        private @Nullable String authorization;

        private @Nullable Credentials shown;

        Source(String host, String base, String query, RegistryHttp http, ImageReference reference) {
            this.host = host;
            this.base = base;
            this.query = query;
            this.http = http;
            this.reference = reference;
        }

        byte[] get(String path, String accept) {
            URI uri = address(base + path + query);
            return found(authorized(uri, headers -> http.get(uri, headers, MAX_BYTES), accept));
        }

        byte[] save(String path, Path file, long bytes) {
            URI uri = address(base + path + query);
            return found(authorized(uri, headers -> http.save(uri, headers, file, bytes), "*/*"));
        }

        /** Asks with what opened it before; where that is nothing yet or has run out, gets it first. */
        private HttpResponse<byte[]> authorized(
                URI uri, Function<Map<String, String>, HttpResponse<byte[]>> request, String accept) {
            HttpResponse<byte[]> answer = request.apply(headers(accept));
            // Whoever was redirected to isn't told who asks.
            if (answer.statusCode() != 401 || !RegistryHttp.sameOrigin(uri, answer.uri())) {
                return answer;
            }
            List<String> challenges = answer.headers().allValues("www-authenticate");
            BearerChallenge bearer = BearerChallenge.among(challenges).orElse(null);
            if (bearer != null) {
                authorization = "Bearer " + token(bearer);
            } else if (BearerChallenge.isBasicAmong(challenges) && credentials() != null) {
                authorization = Objects.requireNonNull(credentials()).basic();
            } else {
                return answer;
            }
            return request.apply(headers(accept));
        }

        private @Nullable Credentials credentials() {
            if (shown == null) {
                shown = access.credentials(host).orElse(null);
            }
            return shown;
        }

        private Map<String, String> headers(String accept) {
            return authorization == null
                    ? Map.of("Accept", accept)
                    : Map.of("Accept", accept, "Authorization", authorization);
        }

        private String token(BearerChallenge challenge) {
            Map<String, String> query = new LinkedHashMap<>();
            if (challenge.service() != null) {
                query.put("service", challenge.service());
            }
            String scope = challenge.scope();
            query.put("scope", scope == null ? "repository:" + reference.repository() + ":pull" : scope);
            StringBuilder address = new StringBuilder(challenge.realm());
            query.forEach((name, value) -> address.append(address.indexOf("?") < 0 ? '?' : '&')
                    .append(name)
                    .append('=')
                    .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
            URI realm = address(address.toString());
            String at = realm.getRawAuthority();
            if (!ImageReference.isLoopback(host) && at != null && ImageReference.isLoopback(at)) {
                throw UnresolvedImageException.lasting(host + " wants tokens from " + at + ", which is no registry's");
            }
            Credentials credentials = credentials();
            Map<String, String> headers = credentials == null
                    ? Map.of("Accept", "application/json")
                    : Map.of("Accept", "application/json", "Authorization", credentials.basic());
            byte[] body = found(http.get(realm, headers, MAX_BYTES));
            String received = "";
            try {
                JsonNode json = Json.mapper().readTree(body);
                received = json.path(json.path("token").isTextual() ? "token" : "access_token")
                        .asText();
            } catch (IOException _) {
                // Said below: there is no token in it.
            }
            // Only what a header can hold (RFC 6750 section 2.1).
            if (!received.matches("[a-zA-Z0-9._~+/-]+=*")) {
                throw UnresolvedImageException.lasting(RegistryHttp.host(realm) + " answered without a token");
            }
            return received;
        }

        private byte[] found(HttpResponse<byte[]> answer) {
            if (answer.statusCode() == 200) {
                return answer.body();
            }
            String what = RegistryAnswer.describe(answer);
            throw UnresolvedImageException.lasting(
                    switch (answer.statusCode()) {
                        case 401, 403 -> what + "; " + refusal(answer.statusCode());
                        case 404 -> what + "; there is no such image";
                        default -> what + ", which is no answer to a look-up of an image";
                    });
        }

        private String refusal(int status) {
            Credentials credentials = shown;
            if (credentials == null) {
                return "it is private or doesn't exist, and no credentials are configured for " + host
                        + ": name a secret that has them in the input's registries (secretArn)";
            }
            return status == 401
                    ? "it refused the credentials of " + credentials.source() + ": correct them there"
                    : "the " + credentials + " don't give access to it, or it doesn't exist";
        }
    }
}
