package dev.prebake.lab.wire;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.SdkResponse;

/**
 * Serves doubles of AWS services on loopback, to any client that speaks AWS's protocols.
 *
 * <p>A request goes to the service that its signature names. Whatever a client sends and whatever a double throws, it gets
 * an answer in its protocol's form, and the endpoint goes on.
 *
 * <pre>{@code
 * try (var endpoint = AwsEndpoint.serving(Service.of(Ec2Client.class, new LabEc2())).start(0)) {
 *     // aws ec2 describe-instances --endpoint-url <endpoint.uri()>
 * }
 * }</pre>
 */
public final class AwsEndpoint implements AutoCloseable {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    /** How many bytes of an oversized request are read and dropped, so that its sender hears the answer. */
    private static final long MAX_DROPPED_BYTES = 16L << 20;

    private final Setup setup;
    private final HttpServer server;
    private final ExecutorService threads;

    private AwsEndpoint(Setup setup, HttpServer server) {
        this.setup = setup;
        this.server = server;
        this.threads =
                Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
    }

    /**
     * Begins an endpoint.
     *
     * @throws IllegalArgumentException when two services have the same name
     */
    public static Setup serving(Service... services) {
        return new Setup(services);
    }

    /** What an endpoint serves, and how. */
    public static final class Setup {
        private final Map<String, Service> services = new LinkedHashMap<>();
        private final List<CallInterceptor> interceptors = new ArrayList<>();
        private System.Logger logger = System.getLogger(AwsEndpoint.class.getName());
        private int maxRequestBytes = 1 << 20;

        private Setup(Service... services) {
            for (var service : services) {
                if (this.services.put(service.name(), service) != null) {
                    throw new IllegalArgumentException("Service " + service.name() + " is given twice");
                }
            }
        }

        /** Puts an interceptor around every call; the first one given is the outermost. */
        public Setup intercepting(CallInterceptor interceptor) {
            interceptors.add(interceptor);
            return this;
        }

        /** Where failures of doubles are logged with their stack traces; the platform's logger otherwise. */
        public Setup loggingTo(System.Logger logger) {
            this.logger = logger;
            return this;
        }

        /** The largest request body, in bytes, from 1; 1 MiB otherwise. */
        public Setup maxRequestBytes(int bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("maxRequestBytes must be at least 1, not " + bytes);
            }
            this.maxRequestBytes = bytes;
            return this;
        }

        /**
         * Starts to serve on 127.0.0.1.
         *
         * @param port 1 to 65535, or 0 for any free one
         * @throws IOException when the port can't be had
         */
        public AwsEndpoint start(int port) throws IOException {
            return start(new InetSocketAddress(LOOPBACK, port));
        }

        /**
         * Starts to serve.
         *
         * @throws IllegalArgumentException when the address is not 127.0.0.1: a double runs commands for whoever asks
         * @throws IOException when the port can't be had
         */
        public AwsEndpoint start(InetSocketAddress address) throws IOException {
            if (!LOOPBACK.equals(address.getAddress())) {
                throw new IllegalArgumentException("The endpoint binds to 127.0.0.1 only, not to "
                        + address.getHostString() + ": it does what any caller asks, unauthenticated");
            }
            // Without it the JDK's server leaves the end of a large answer waiting 40 ms for the client's delayed
            // acknowledgement. Its first use in the process reads this property, and there is no other way to set it.
            if (System.getProperty("sun.net.httpserver.nodelay") == null) {
                System.setProperty("sun.net.httpserver.nodelay", "true");
            }
            HttpServer server;
            try {
                server = HttpServer.create(address, 0);
            } catch (IOException e) {
                throw new IOException(
                        "Can't listen on " + address.getHostString() + ":" + address.getPort() + " (" + e.getMessage()
                                + "): stop what listens there, or choose another port",
                        e);
            }
            var endpoint = new AwsEndpoint(this, server);
            server.setExecutor(endpoint.threads);
            server.createContext("/", endpoint::handle);
            server.start();
            return endpoint;
        }
    }

    /** Where clients reach the endpoint, such as {@code http://127.0.0.1:4566}. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** The operations that are served, each with its service's name: {@code ec2:RunInstances}. */
    public SortedSet<String> operations() {
        SortedSet<String> all = new TreeSet<>();
        setup.services
                .values()
                .forEach(service ->
                        service.operations().forEach(operation -> all.add(service.name() + ":" + operation)));
        return all;
    }

    /** Stops at once; calls in progress are interrupted. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var requestId = UUID.randomUUID().toString();
            WireAnswer answer;
            try {
                answer = answer(exchange, requestId);
            } catch (NoAnswerException e) {
                setup.logger.log(System.Logger.Level.DEBUG, "Request " + requestId + " is hung up on", e);
                return;
            }
            var headers = exchange.getResponseHeaders();
            headers.set("Content-Type", answer.contentType());
            headers.set("x-amzn-RequestId", requestId);
            answer.headers().forEach(headers::set);
            var body = answer.body().asByteArrayUnsafe();
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(answer.status(), -1);
            } else {
                exchange.sendResponseHeaders(answer.status(), body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }

    private WireAnswer answer(HttpExchange exchange, String requestId) throws IOException {
        var request = new WireRequest(
                exchange.getRequestMethod(),
                exchange.getRequestURI(),
                exchange.getRequestHeaders(),
                SdkBytes.fromByteArrayUnsafe(body(exchange.getRequestBody())));
        var protocol = protocolOf(request);
        try {
            return answer(request, requestId);
        } catch (RejectedException e) {
            return protocol.rejection(e.rejection(), e.reason(), requestId);
        } catch (AwsServiceException e) {
            if (e.awsErrorDetails() != null && e.awsErrorDetails().errorCode() != null && e.statusCode() >= 400) {
                return protocol.error(e, requestId);
            }
            return failure(
                    protocol, requestId, new IllegalStateException("An error without code or status: see AwsFault", e));
        } catch (NoAnswerException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            return failure(protocol, requestId, e);
        }
    }

    private WireAnswer answer(WireRequest request, String requestId) {
        refuseBrowsers(request);
        if (request.body().asByteArrayUnsafe().length > setup.maxRequestBytes) {
            throw new RejectedException(
                    Rejection.TOO_LARGE, "The request's body is larger than " + setup.maxRequestBytes + " bytes.");
        }
        var caller = Caller.of(request.header("Authorization"));
        var service = setup.services.get(caller.signingName());
        if (service == null) {
            throw new RejectedException(
                    Rejection.UNKNOWN_OPERATION,
                    "The service " + caller.signingName() + " is not served here. Served: "
                            + String.join(", ", setup.services.keySet()));
        }
        var operation = service.protocol().route(request, service);
        var builder = operation.requestBuilder();
        service.protocol().read(request, operation, builder);
        var sdkRequest = ((SdkRequest.Builder) builder).build();
        var call = new CallContext(service.name(), operation.name(), sdkRequest, caller, requestId);
        Supplier<SdkResponse> next = () -> operation.call(service.implementation(), sdkRequest);
        for (var interceptor : setup.interceptors.reversed()) {
            var inner = next;
            next = () -> interceptor.around(call, inner);
        }
        return service.protocol().answer(operation, next.get(), requestId);
    }

    private WireAnswer failure(Protocol protocol, String requestId, Throwable failure) {
        setup.logger.log(System.Logger.Level.ERROR, "Request " + requestId + " failed in the lab", failure);
        return protocol.rejection(
                Rejection.INTERNAL,
                "The lab itself failed on this request; its log has the reason under " + requestId + ".",
                requestId);
    }

    /** The protocol to refuse a request in: of the service that it is signed for, or else of the one that it looks like. */
    private Protocol protocolOf(WireRequest request) {
        @Nullable Service signed = null;
        try {
            signed = setup.services.get(
                    Caller.of(request.header("Authorization")).signingName());
        } catch (RejectedException e) {
            setup.logger.log(System.Logger.Level.DEBUG, "An unsigned request", e);
        }
        if (signed != null) {
            return signed.protocol();
        }
        return setup.services.values().stream()
                .map(Service::protocol)
                .filter(protocol -> protocol.claims(request))
                .findFirst()
                .orElse(new AwsJson("1.1", ""));
    }

    /**
     * Refuses what a web page could send: browsers say where a request comes from, and a page whose host name was made to
     * point here names that host. No AWS client does either.
     */
    private static void refuseBrowsers(WireRequest request) {
        var host = request.header("Host");
        var name = host == null ? "" : host.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
        var local = name.equals("127.0.0.1") || name.equals("localhost") || name.endsWith(".localhost");
        if (!local || request.header("Origin") != null || request.header("Sec-Fetch-Site") != null) {
            throw new RejectedException(
                    Rejection.FOREIGN_ORIGIN, "Web pages and other hosts may not call the lab. Ask 127.0.0.1.");
        }
    }

    /** Reads a body up to one byte past the limit, and drops the rest. */
    private byte[] body(InputStream in) throws IOException {
        var body = in.readNBytes(setup.maxRequestBytes + 1);
        if (body.length > setup.maxRequestBytes) {
            var dropped = new byte[1 << 16];
            for (long total = 0, n; total < MAX_DROPPED_BYTES && (n = in.read(dropped)) >= 0; total += n) {}
        }
        return body;
    }
}
