package dev.prebake.registry;

import dev.prebake.kernel.ImageReference;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * GET requests to registries: bounded in time, in size and in repetitions, TLS everywhere but on this machine.
 *
 * <p>A registry that is busy (429) or broken (5xx) is asked again after a pause of seconds at most. Longer waits are the
 * workflow's, where they cost nothing.
 */
final class RegistryHttp {
    private static final int ATTEMPTS = 3;
    private static final int REDIRECTS = 5;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);

    /** A blob that comes more slowly than this is given up. */
    private static final long LEAST_BYTES_PER_SECOND = 256 << 10;

    private static final long MAX_ERROR_BYTES = 1 << 20;

    /** What is made of an answer's body, how long that may take, and what it should be, for errors. */
    private record Want(BodyHandler<byte[]> body, Duration limit, String what) {}

    private final HttpClient client;
    private final Duration timeout;
    private final Pause pause;

    /**
     * Makes the client.
     *
     * @param timeout for one whole exchange, the body included
     * @param pause what holds back between repetitions
     * @param trust whom to trust instead of the system's authorities; absent for those
     */
    RegistryHttp(Duration timeout, Pause pause, @Nullable SSLContext trust) {
        // Redirects are followed below, for the client would carry the token to the other host.
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(timeout).followRedirects(HttpClient.Redirect.NEVER);
        if (trust != null) {
            builder.sslContext(trust);
        }
        this.client = builder.build();
        this.timeout = timeout;
        this.pause = pause;
    }

    /**
     * Gets what is at an address, behind redirects too.
     *
     * @param maxBytes the largest body to take
     * @return the answer, whatever its status, but never one of 429 or 5xx
     * @throws UnresolvedImageException when there is no answer, or still 429 or 5xx after the repetitions
     */
    HttpResponse<byte[]> get(URI uri, Map<String, String> headers, int maxBytes) {
        return get(
                uri,
                headers,
                new Want(
                        _ -> BodySubscribers.limiting(BodySubscribers.ofByteArray(), maxBytes),
                        timeout,
                        "a manifest has"));
    }

    /**
     * Saves what is at an address in a file, as {@link #get(URI, Map, int)} gets it.
     *
     * @param file where a body of 200 goes; what was there is gone
     * @param bytes its size; no more is taken
     * @return the answer, whose body is empty when it was saved
     */
    HttpResponse<byte[]> save(URI uri, Map<String, String> headers, Path file, long bytes) {
        Want want = new Want(
                info -> info.statusCode() == 200
                        ? BodySubscribers.limiting(
                                BodySubscribers.mapping(
                                        BodySubscribers.ofFile(
                                                file,
                                                StandardOpenOption.CREATE,
                                                StandardOpenOption.WRITE,
                                                StandardOpenOption.TRUNCATE_EXISTING),
                                        _ -> new byte[0]),
                                bytes)
                        : BodySubscribers.limiting(BodySubscribers.ofByteArray(), MAX_ERROR_BYTES),
                timeout.plusSeconds(bytes / LEAST_BYTES_PER_SECOND),
                "the blob's " + bytes + " bytes");
        return get(uri, headers, want);
    }

    private HttpResponse<byte[]> get(URI uri, Map<String, String> headers, Want want) {
        requireSecure(uri);
        URI at = uri;
        for (int hop = 0; hop <= REDIRECTS; hop++) {
            HttpResponse<byte[]> answer = repeated(at, sameOrigin(uri, at) ? headers : anonymous(headers), want);
            String location = answer.headers().firstValue("location").orElse(null);
            if (answer.statusCode() / 100 != 3 || location == null) {
                return answer;
            }
            URI next = target(at, location);
            // What was asked of another host securely mustn't be answered by this machine's own services.
            if (isLoopback(next) && !isLoopback(uri)) {
                throw UnresolvedImageException.lasting(
                        host(at) + " redirects to " + host(next) + ", which is no registry's");
            }
            requireSecure(next);
            at = next;
        }
        throw UnresolvedImageException.lasting(host(uri) + " redirects more than " + REDIRECTS + " times");
    }

    /** Host and port of an address, as messages name it. */
    static String host(URI uri) {
        return Objects.requireNonNullElse(uri.getRawAuthority(), uri.toString());
    }

    private static URI target(URI at, String location) {
        try {
            return at.resolve(location);
        } catch (IllegalArgumentException e) {
            throw UnresolvedImageException.lasting(host(at) + " redirects to what is no address", e);
        }
    }

    private static void requireSecure(URI uri) {
        boolean secure = "https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && isLoopback(uri));
        if (!secure) {
            throw UnresolvedImageException.lasting(
                    host(uri) + " would have to be spoken to without TLS, which is done on this machine only");
        }
    }

    private static boolean isLoopback(URI uri) {
        return uri.getRawAuthority() != null && ImageReference.isLoopback(uri.getRawAuthority());
    }

    static boolean sameOrigin(URI a, URI b) {
        return Objects.equals(a.getScheme(), b.getScheme()) && Objects.equals(a.getRawAuthority(), b.getRawAuthority());
    }

    private static Map<String, String> anonymous(Map<String, String> headers) {
        return headers.entrySet().stream()
                .filter(header -> !header.getKey().equalsIgnoreCase("Authorization"))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private HttpResponse<byte[]> repeated(URI uri, Map<String, String> headers, Want want) {
        HttpRequest request = request(uri, headers);
        Duration wait = FIRST_PAUSE;
        for (int attempt = 1; ; attempt++) {
            UnresolvedImageException trouble;
            Duration asked = null;
            try {
                HttpResponse<byte[]> answer = once(request, want);
                if (answer.statusCode() != 429 && answer.statusCode() < 500) {
                    return answer;
                }
                asked = retryAfter(answer);
                trouble = UnresolvedImageException.passing(
                        RegistryAnswer.describe(answer)
                                + (asked == null ? "" : ", and asks to wait for " + asked.toSeconds() + " s"),
                        null);
            } catch (UnresolvedImageException e) {
                if (!(e.getCause() instanceof IOException)
                        || e.getCause() instanceof HttpTimeoutException
                        || !e.mayPass()) {
                    throw e;
                }
                trouble = e;
            }
            if (attempt == ATTEMPTS || (asked != null && asked.compareTo(LONGEST_PAUSE) > 0)) {
                throw trouble;
            }
            try {
                pause.pause(asked == null ? wait : asked);
            } catch (InterruptedException e) {
                throw interrupted(uri, e);
            }
            wait = wait.multipliedBy(2);
        }
    }

    private static @Nullable Duration retryAfter(HttpResponse<byte[]> answer) {
        String value = answer.headers().firstValue("retry-after").orElse("");
        // The other form, a date, needs a clock that agrees with the registry's; the usual pause does instead.
        return value.matches("[0-9]{1,9}") ? Duration.ofSeconds(Long.parseLong(value)) : null;
    }

    private HttpRequest request(URI uri, Map<String, String> headers) {
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(uri).timeout(timeout).header("User-Agent", "prebake");
            if ("http".equals(uri.getScheme())) {
                // No offer to upgrade: not every small registry ignores it.
                request.version(HttpClient.Version.HTTP_1_1);
            }
            headers.forEach(request::header);
            return request.build();
        } catch (IllegalArgumentException e) {
            throw UnresolvedImageException.lasting(host(uri) + " is no host to connect to: " + e.getMessage(), e);
        }
    }

    private HttpResponse<byte[]> once(HttpRequest request, Want want) {
        URI uri = request.uri();
        CompletableFuture<HttpResponse<byte[]>> exchange = client.sendAsync(request, want.body());
        try {
            // The request's own time-out ends with the headers; this one covers a body that trickles.
            return exchange.get(want.limit().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            exchange.cancel(true);
            throw tooSlow(uri, want.limit(), e);
        } catch (InterruptedException e) {
            exchange.cancel(true);
            throw interrupted(uri, e);
        } catch (ExecutionException e) {
            throw failed(uri, want, Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    private UnresolvedImageException failed(URI uri, Want want, Throwable cause) {
        return switch (cause) {
            case HttpTimeoutException slow -> tooSlow(uri, timeout, slow);
            case SSLException tls ->
                UnresolvedImageException.lasting(
                        "no secure connection to " + host(uri) + ": " + tls.getMessage() + "; only registries on this"
                                + " machine are spoken to without TLS, and a private authority is to be named in the"
                                + " registry's caParameter",
                        tls);
            case ConnectException unreachable ->
                UnresolvedImageException.lasting(
                        host(uri) + " can't be reached: "
                                + (isCausedByUnknownHost(unreachable)
                                        ? "no such host"
                                        : Objects.requireNonNullElse(unreachable.getMessage(), "connection refused")),
                        unreachable);
            case NoRouteToHostException unreachable ->
                UnresolvedImageException.lasting(host(uri) + " can't be reached: no route to host", unreachable);
            case IOException broken
            when isTooLarge(broken) ->
                UnresolvedImageException.lasting(
                        host(uri) + " answered with more than " + want.what() + ": " + broken.getMessage(), broken);
            case IOException broken ->
                UnresolvedImageException.passing(
                        "the connection to " + host(uri) + " broke: " + broken.getMessage(), broken);
            default -> throw new IllegalStateException("Asking " + host(uri) + " failed.", cause);
        };
    }

    private UnresolvedImageException tooSlow(URI uri, Duration limit, Exception cause) {
        return UnresolvedImageException.passing(
                host(uri) + " gave no whole answer within " + limit.toMillis() + " ms", cause);
    }

    private static UnresolvedImageException interrupted(URI uri, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return UnresolvedImageException.passing("asking " + host(uri) + " was interrupted", cause);
    }

    /** The JDK's limiting subscriber has no exception class of its own. */
    private static boolean isTooLarge(IOException error) {
        String message = error.getMessage();
        return message != null && message.startsWith("body exceeds capacity");
    }

    private static boolean isCausedByUnknownHost(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return true;
            }
        }
        return false;
    }
}
