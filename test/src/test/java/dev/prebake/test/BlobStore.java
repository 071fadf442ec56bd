package dev.prebake.test;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Where a registry redirects to for its blobs, as to S3 or a CDN: another server, which notes what it is shown. */
final class BlobStore implements AutoCloseable {
    /** A request: its User-Agent, and its Authorization or an empty text. */
    record Asked(String userAgent, String authorization) {}

    private final HttpServer server;
    private final String source;
    private final Collection<Asked> asked = new ConcurrentLinkedQueue<>();

    private BlobStore(HttpServer server, String source) {
        this.server = server;
        this.source = source;
    }

    /** Starts it over the blobs of a registry that is open to all. */
    static BlobStore over(String source) throws IOException {
        BlobStore store =
                new BlobStore(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0), source);
        store.server.createContext("/", store::answer);
        store.server.start();
        return store;
    }

    /** Where a path of the registry's is to be had. */
    String location(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** What it was asked. */
    List<Asked> asked() {
        return List.copyOf(asked);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        asked.add(new Asked(
                String.valueOf(exchange.getRequestHeaders().getFirst("User-Agent")),
                authorization == null ? "" : authorization));
        try (exchange;
                InputStream in = URI.create("http://" + source + exchange.getRequestURI())
                        .toURL()
                        .openStream()) {
            byte[] body = in.readAllBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
