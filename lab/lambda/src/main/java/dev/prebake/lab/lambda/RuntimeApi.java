package dev.prebake.lab.lambda;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Runtime API of one execution environment, on loopback: a runtime asks it for invocations and tells it how they went
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
 */
final class RuntimeApi implements AutoCloseable {
    /**
     * An invocation, as the runtime hears of it.
     *
     * @param requestId its ID
     * @param functionArn what was invoked
     * @param deadline when it has to be done
     * @param payload the event, JSON
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Invocation(String requestId, String functionArn, Instant deadline, byte[] payload) {}

    private static final String ROOT = "/2018-06-01/runtime/";
    private static final Pattern ANSWER = Pattern.compile(ROOT + "invocation/([^/]+)/(response|error)");
    private static final int OK = 200;
    private static final int ACCEPTED = 202;
    private static final int NOT_FOUND = 404;
    private static final int NOTHING = -1;

    private final HttpServer server;
    private final ExecutorService thread;
    private final BlockingQueue<Invocation> invocations = new LinkedBlockingQueue<>();
    private final BlockingQueue<RuntimeEvent> events;

    /**
     * Serves it on a port of its own.
     *
     * @param name of the function, for the thread
     * @param events where it says what the runtime did
     */
    RuntimeApi(String name, BlockingQueue<RuntimeEvent> events) throws IOException {
        this.events = events;
        // As in the lab's endpoint: without it the end of an answer may wait 40 ms.
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        // One thread is enough: a runtime does one thing after another.
        thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("runtime api of " + name).daemon().factory());
        server.setExecutor(thread);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Host and port, as {@code AWS_LAMBDA_RUNTIME_API} has it. */
    String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** Hands an invocation over to the runtime, which is waiting for one. */
    void invoke(Invocation invocation) {
        invocations.add(invocation);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String call = exchange.getRequestMethod() + " " + path;
            if (call.equals("GET " + ROOT + "invocation/next")) {
                events.add(new RuntimeEvent.Ready());
                next(exchange);
                return;
            }
            Matcher answer = ANSWER.matcher(path);
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (call.equals("POST " + ROOT + "init/error")) {
                events.add(new RuntimeEvent.NotInitialized(new InvocationResult(true, body)));
            } else if (exchange.getRequestMethod().equals("POST") && answer.matches()) {
                boolean failed = answer.group(2).equals("error");
                events.add(new RuntimeEvent.Answered(answer.group(1), new InvocationResult(failed, body)));
            } else {
                exchange.sendResponseHeaders(NOT_FOUND, NOTHING);
                return;
            }
            byte[] status = "{\"status\":\"OK\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(ACCEPTED, status.length);
            exchange.getResponseBody().write(status);
        }
    }

    private void next(HttpExchange exchange) throws IOException {
        Invocation invocation;
        try {
            invocation = invocations.take();
        } catch (InterruptedException _) {
            // Closed: the connection ends without an answer, and with it the runtime.
            Thread.currentThread().interrupt();
            return;
        }
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", "application/json");
        headers.set("Lambda-Runtime-Aws-Request-Id", invocation.requestId());
        headers.set("Lambda-Runtime-Invoked-Function-Arn", invocation.functionArn());
        headers.set(
                "Lambda-Runtime-Deadline-Ms",
                Long.toString(invocation.deadline().toEpochMilli()));
        exchange.sendResponseHeaders(OK, invocation.payload().length);
        exchange.getResponseBody().write(invocation.payload());
    }
}
