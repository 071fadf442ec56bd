package dev.prebake.test;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A registry on loopback whose manifests are written by hand, for those that no image layout can have. */
final class HandmadeRegistry implements AutoCloseable {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Content(String type, byte[] body) {}

    private final HttpServer server;
    private final Map<String, Content> byPath = new ConcurrentHashMap<>();

    private HandmadeRegistry(HttpServer server) {
        this.server = server;
    }

    static HandmadeRegistry start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        HandmadeRegistry registry = new HandmadeRegistry(server);
        server.createContext("/", registry::answer);
        server.start();
        return registry;
    }

    /** Serves a manifest under the tag 1; returns the reference. */
    String manifest(String repository, String mediaType, String json) {
        byPath.put("/v2/" + repository + "/manifests/1", new Content(mediaType, bytes(json)));
        return "127.0.0.1:" + server.getAddress().getPort() + "/" + repository + ":1";
    }

    /** Serves a configuration; returns its descriptor. */
    String config(String repository, String mediaType, String json) {
        byPath.put(
                "/v2/" + repository + "/blobs/" + digest(json), new Content("application/octet-stream", bytes(json)));
        return "{\"mediaType\": \"%s\", \"digest\": \"%s\", \"size\": %d}"
                .formatted(mediaType, digest(json), bytes(json).length);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        Content content = byPath.get(exchange.getRequestURI().getPath());
        try (exchange) {
            if (content == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", content.type());
            exchange.sendResponseHeaders(200, content.body().length);
            exchange.getResponseBody().write(content.body());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String digest(String text) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(text)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }
}
