package dev.prebake.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.prebake.kernel.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server on loopback that plays what a test put in, and remembers what it was asked. */
final class LoopbackRegistry implements AutoCloseable {
    /** How one request is answered. */
    @FunctionalInterface
    interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    /** What was asked: path and query, and the Authorization header or an empty text. */
    record Asked(String uri, String authorization) {}

    private final HttpServer server;
    private final ExecutorService executor =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
    private final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());

    LoopbackRegistry() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(executor);
        server.createContext("/", this::serve);
        server.start();
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    List<Asked> asked() {
        return List.copyOf(asked);
    }

    /** Answers requests for the path with these in turn; the last one stays. */
    LoopbackRegistry at(String path, Answer... inTurn) {
        answers.put(path, new ArrayDeque<>(List.of(inTurn)));
        return this;
    }

    /** Puts a document under its digest, and under a tag. */
    String manifest(String repository, String tag, String contentType, String body) {
        String digest = digest(body);
        at("/v2/" + repository + "/manifests/" + digest, ok(contentType, body));
        at("/v2/" + repository + "/manifests/" + tag, ok(contentType, body));
        return digest;
    }

    /** Puts a blob under its digest. */
    String blob(String repository, String body) {
        String digest = digest(body);
        at("/v2/" + repository + "/blobs/" + digest, ok("application/octet-stream", body));
        return digest;
    }

    static String digest(String body) {
        return Sha256.digestOf(body.getBytes(UTF_8));
    }

    static Answer ok(String contentType, String body) {
        return answer(200, body, "Content-Type", contentType);
    }

    /** An answer with headers given as name, value, name, value. */
    static Answer answer(int status, String body, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
            exchange.close();
        };
    }

    /** The error form of the distribution specification. */
    static Answer error(int status, String code, String message) {
        return answer(
                status,
                "{\"errors\":[{\"code\":\"" + code + "\",\"message\":\"" + message + "\",\"detail\":null}]}",
                "Content-Type",
                "application/json");
    }

    private void serve(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        asked.add(new Asked(exchange.getRequestURI().toString(), authorization == null ? "" : authorization));
        Deque<Answer> inTurn = answers.get(exchange.getRequestURI().getPath());
        if (inTurn == null) {
            error(404, "MANIFEST_UNKNOWN", "manifest unknown").to(exchange);
            return;
        }
        Answer next;
        synchronized (inTurn) {
            next = inTurn.size() > 1 ? inTurn.removeFirst() : inTurn.getFirst();
        }
        next.to(exchange);
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
