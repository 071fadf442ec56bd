package dev.prebake.lab.cloud;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * A request as it is on the wire.
 *
 * @param method POST, say
 * @param target the path, with its query if there is one
 */
record RawRequest(String method, String target, Map<String, String> headers, String body) {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

    /** What the SDK sends for a request. */
    static RawRequest of(ServedOperation operation, SdkRequest request) throws ReflectiveOperationException {
        AtomicReference<RawRequest> sent = new AtomicReference<>();
        try {
            operation.call(NOWHERE, new Catcher(sent), request);
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof SdkClientException) || sent.get() == null) {
                throw e;
            }
        }
        return sent.get();
    }

    /** Takes the request instead of sending it. */
    private record Catcher(AtomicReference<RawRequest> sent) implements SdkHttpClient {
        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            request.httpRequest().forEachHeader((name, values) -> headers.put(name, values.getFirst()));
            URI uri = request.httpRequest().getUri();
            sent.set(new RawRequest(
                    request.httpRequest().method().name(),
                    uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()),
                    headers,
                    request.contentStreamProvider()
                            .map(ContentStreamProvider::newStream)
                            .map(Catcher::text)
                            .orElse("")));
            throw SdkClientException.create("It is not to be sent");
        }

        private static String text(InputStream content) {
            try (content) {
                return new String(content.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {}
    }

    RawRequest withBody(String other) {
        return new RawRequest(method, target, headers, other);
    }

    boolean isJson() {
        return headers.getOrDefault("Content-Type", "").contains("json");
    }

    HttpResponse<String> send(URI endpoint) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.resolve(target))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        headers.forEach((name, value) -> {
            if (!name.equalsIgnoreCase("Host")
                    && !name.equalsIgnoreCase("Content-Length")
                    && !name.equalsIgnoreCase("Expect")) {
                request.header(name, value);
            }
        });
        try {
            return HTTP.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
