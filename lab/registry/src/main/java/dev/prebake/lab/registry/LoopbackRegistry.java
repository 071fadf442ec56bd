package dev.prebake.lab.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.lab.registry.RegistryRequest.Subject;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A read-only registry of the OCI distribution specification on 127.0.0.1, over image layouts on disk.
 *
 * <p>It speaks plain HTTP and listens on loopback only. Blobs are served only in repositories whose images refer to
 * them, and parts of blobs by {@code Range}.
 */
public final class LoopbackRegistry implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BUFFER = 1 << 18;
    private static final Pattern PATH = Pattern.compile("/v2/(.+)/(manifests|blobs|tags)/([^/]+)");
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d*)-(\\d*)");

    private final HttpListener listener;
    private final Catalogue catalogue;
    private final Authorizer authorizer;
    private final LongAdder requests = new LongAdder();
    private final LongAdder manifests = new LongAdder();
    private final LongAdder blobs = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private volatile Fault fault;

    private LoopbackRegistry(HttpListener listener, Catalogue catalogue, RegistryAccess access, Fault fault) {
        this.listener = listener;
        this.catalogue = catalogue;
        this.authorizer = new Authorizer(access);
        this.fault = fault;
    }

    /** Returns a builder of a registry that serves nothing, to everyone, on a free port. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts a registry that serves layouts to everyone, on a free port. */
    public static LoopbackRegistry serve(ImageLayout... layouts) throws IOException {
        return builder().layouts(List.of(layouts)).start();
    }

    /** Returns the port it listens on. */
    public int port() {
        return listener.port();
    }

    /** Returns {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + port();
    }

    /** Returns a full reference to one of its images, such as {@code 127.0.0.1:5000/prebake/sample:1}. */
    public String reference(StoredImage image) {
        return address() + "/" + image.reference();
    }

    /** Returns what was served since the start. */
    public Traffic traffic() {
        return new Traffic(requests.sum(), manifests.sum(), blobs.sum(), bytes.sum());
    }

    /** Returns the tokens that were issued since the start: what is told to clients alone. */
    public Set<String> tokens() {
        return authorizer.issued();
    }

    /** Serves a further layout from now on; a tag that is there already is moved. */
    public void add(ImageLayout layout) throws IOException {
        catalogue.add(layout);
    }

    /** Lets requests fail from now on as the fault says. */
    public void inject(Fault next) {
        fault = next;
    }

    /** Stops at once; answers under way are cut off. */
    @Override
    public void close() {
        listener.close();
    }

    /** Says what a registry serves, to whom and where. */
    public static final class Builder {
        private final List<ImageLayout> layouts = new ArrayList<>();
        private RegistryAccess access = RegistryAccess.open();
        private Fault fault = Fault.none();
        private int port;

        private Builder() {}

        /** Adds a layout to serve. */
        public Builder layout(ImageLayout layout) {
            layouts.add(layout);
            return this;
        }

        /** Adds layouts to serve. */
        public Builder layouts(Collection<ImageLayout> several) {
            layouts.addAll(several);
            return this;
        }

        /** Says who may pull; by default everyone. */
        public Builder access(RegistryAccess who) {
            access = who;
            return this;
        }

        /** Lets requests fail. */
        public Builder fault(Fault which) {
            fault = which;
            return this;
        }

        /** Prefers a port; if another process has it, or by default, a free one is taken. */
        public Builder port(int preferred) {
            port = preferred;
            return this;
        }

        /**
         * Starts the registry.
         *
         * @throws IOException if no port can be had, or a layout lacks a blob
         */
        public LoopbackRegistry start() throws IOException {
            var catalogue = new Catalogue();
            for (ImageLayout layout : layouts) {
                catalogue.add(layout);
            }
            var registry = new LoopbackRegistry(HttpListener.bind(port), catalogue, access, fault);
            registry.listener.start(registry::handle);
            return registry;
        }
    }

    private record Span(long from, long length) {}

    private void handle(Exchange exchange) throws IOException {
        requests.increment();
        exchange.set("Docker-Distribution-Api-Version", "registry/2.0");
        RegistryRequest request = request(exchange);
        if (request.subject() == Subject.MANIFEST) {
            manifests.increment();
        } else if (request.subject() == Subject.BLOB) {
            blobs.increment();
        }
        Failure failure = fault.strike(request).orElse(null);
        switch (failure) {
            case Failure.Dropped() -> exchange.breakOff();
            case Failure.Status status -> {
                status.headers().forEach(exchange::set);
                refuse(exchange, status.status(), status.code(), status.message());
            }
            case null, default -> answer(exchange, request, failure);
        }
    }

    private static RegistryRequest request(Exchange exchange) {
        String path = exchange.path();
        boolean ranged = exchange.header("Range") != null;
        String method = exchange.method();
        if (path.equals("/v2/") || path.equals("/v2")) {
            return new RegistryRequest(method, Subject.VERSION, "", "", ranged);
        }
        if (path.equals("/token")) {
            return new RegistryRequest(method, Subject.TOKEN, "", "", ranged);
        }
        Matcher parts = PATH.matcher(path);
        if (!parts.matches()) {
            return new RegistryRequest(method, Subject.OTHER, "", path, ranged);
        }
        String reference = parts.group(3);
        Subject subject = switch (parts.group(2)) {
            case "manifests" -> Subject.MANIFEST;
            case "blobs" -> Subject.BLOB;
            default -> reference.equals("list") ? Subject.TAGS : Subject.OTHER;
        };
        return new RegistryRequest(method, subject, parts.group(1), reference, ranged);
    }

    private void answer(Exchange exchange, RegistryRequest request, @Nullable Failure failure) throws IOException {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            exchange.set("Allow", "GET, HEAD");
            refuse(exchange, 405, "UNSUPPORTED", "this registry is read-only; " + request.method() + " is refused");
            return;
        }
        if (request.subject() == Subject.TOKEN && authorizer.issuesTokens()) {
            answerToken(exchange);
            return;
        }
        Optional<String> challenge = authorizer.challenge(exchange, request.repository(), address());
        if (challenge.isPresent()) {
            unauthorized(exchange, challenge.get());
            return;
        }
        String repository = request.repository();
        if (!repository.isEmpty() && !catalogue.hasRepository(repository)) {
            refuse(exchange, 404, "NAME_UNKNOWN", "repository " + repository + " is not known to this registry");
            return;
        }
        switch (request.subject()) {
            case VERSION -> send(exchange, 200, "{}".getBytes(StandardCharsets.UTF_8), failure);
            case TAGS -> answerTags(exchange, repository, failure);
            case MANIFEST -> {
                Optional<Catalogue.Content> manifest = catalogue.manifest(repository, request.reference());
                if (manifest.isPresent()) {
                    answerContent(exchange, manifest.get(), null, failure);
                } else {
                    refuse(
                            exchange,
                            404,
                            "MANIFEST_UNKNOWN",
                            "repository " + repository + " has no manifest " + request.reference());
                }
            }
            case BLOB -> {
                Optional<Catalogue.Content> blob = catalogue.blob(repository, request.reference());
                if (blob.isPresent()) {
                    answerContent(exchange, blob.get(), exchange.header("Range"), failure);
                } else {
                    refuse(
                            exchange,
                            404,
                            "BLOB_UNKNOWN",
                            "repository " + repository + " has no blob " + request.reference());
                }
            }
            case TOKEN, OTHER -> refuse(exchange, 404, "UNSUPPORTED", "nothing is at " + exchange.path());
        }
    }

    private void answerToken(Exchange exchange) throws IOException {
        Optional<String> challenge = authorizer.tokenChallenge(exchange);
        if (challenge.isPresent()) {
            unauthorized(exchange, challenge.get());
            return;
        }
        String token = authorizer.issue(parameters(exchange, "scope"));
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("token", token).put("access_token", token).put("expires_in", 300);
        send(exchange, 200, JSON.writeValueAsBytes(answer), null);
    }

    private void answerTags(Exchange exchange, String repository, @Nullable Failure failure) throws IOException {
        List<String> tags = new ArrayList<>(catalogue.tags(repository));
        for (String last : parameters(exchange, "last")) {
            tags.removeIf(tag -> tag.compareTo(last) <= 0);
        }
        for (String count : parameters(exchange, "n")) {
            if (!count.matches("\\d{1,9}")) {
                refuse(exchange, 400, "PAGINATION_NUMBER_INVALID", "n=" + count + " is no number of tags");
                return;
            }
            int n = Integer.parseInt(count);
            if (n > 0 && n < tags.size()) {
                tags = tags.subList(0, n);
                exchange.set(
                        "Link",
                        "</v2/" + repository + "/tags/list?n=" + n + "&last=" + tags.getLast() + ">; rel=\"next\"");
            }
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("name", repository);
        ArrayNode list = answer.putArray("tags");
        tags.forEach(list::add);
        send(exchange, 200, JSON.writeValueAsBytes(answer), failure);
    }

    private static List<String> parameters(Exchange exchange, String name) {
        var values = new ArrayList<String>();
        String query = exchange.query();
        if (query != null) {
            for (String pair : query.split("&", -1)) {
                if (pair.startsWith(name + "=")) {
                    values.add(URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8));
                }
            }
        }
        return values;
    }

    private void answerContent(
            Exchange exchange, Catalogue.Content content, @Nullable String range, @Nullable Failure failure)
            throws IOException {
        Descriptor descriptor = content.descriptor();
        exchange.set("Content-Type", content.manifest() ? descriptor.mediaType() : "application/octet-stream");
        exchange.set("Docker-Content-Digest", descriptor.digest());
        exchange.set("ETag", "\"" + descriptor.digest() + "\"");
        if (!content.manifest()) {
            exchange.set("Accept-Ranges", "bytes");
        }
        if (exchange.method().equals("HEAD")) {
            exchange.sendHead(200, descriptor.size());
            return;
        }
        Span whole = new Span(0, descriptor.size());
        Span span = range == null ? whole : span(range, descriptor.size()).orElse(null);
        if (span == null) {
            exchange.set("Content-Range", "bytes */" + descriptor.size());
            refuse(
                    exchange,
                    416,
                    "RANGE_INVALID",
                    descriptor.digest() + " has " + descriptor.size() + " bytes; the range " + range
                            + " is not part of it");
            return;
        }
        boolean partial = range != null && RANGE.matcher(range).matches();
        if (partial) {
            exchange.set(
                    "Content-Range",
                    "bytes " + span.from() + "-" + (span.from() + span.length() - 1) + "/" + descriptor.size());
        }
        exchange.sendHead(partial ? 206 : 200, span.length());
        stream(exchange, content, span, failure);
    }

    private void stream(Exchange exchange, Catalogue.Content content, Span span, @Nullable Failure failure)
            throws IOException {
        long left = failure instanceof Failure.Truncated(long after) ? Math.min(after, span.length()) : span.length();
        boolean corrupt = failure instanceof Failure.Corrupted;
        var buffer = ByteBuffer.allocate((int) Math.min(BUFFER, Math.max(1, left)));
        try (FileChannel file = FileChannel.open(content.file(), StandardOpenOption.READ)) {
            long position = span.from();
            while (left > 0) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), left));
                int read = file.read(buffer, position);
                if (read < 0) {
                    // The file was cut short under us; the client sees the connection end before the promised length.
                    exchange.breakOff();
                    return;
                }
                if (corrupt) {
                    buffer.array()[0] ^= 1;
                    corrupt = false;
                }
                exchange.sendBody(buffer.array(), read);
                bytes.add(read);
                position += read;
                left -= read;
            }
        }
        if (failure instanceof Failure.Truncated) {
            exchange.breakOff();
        }
    }

    /** Returns the part that a range names; the whole for a form this does not serve; nothing if it lies outside. */
    private static Optional<Span> span(String range, long size) {
        Matcher parts = RANGE.matcher(range);
        if (!parts.matches()) {
            return Optional.of(new Span(0, size));
        }
        long first = number(parts.group(1));
        long last = number(parts.group(2));
        if (first < 0) {
            long length = Math.min(last, size);
            return length <= 0 ? Optional.empty() : Optional.of(new Span(size - length, length));
        }
        long end = last < 0 ? size - 1 : Math.min(last, size - 1);
        return first >= size || end < first ? Optional.empty() : Optional.of(new Span(first, end - first + 1));
    }

    private static long number(String digits) {
        if (digits.isEmpty()) {
            return -1;
        }
        return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
    }

    private void unauthorized(Exchange exchange, String challenge) throws IOException {
        exchange.set("WWW-Authenticate", challenge);
        refuse(exchange, 401, "UNAUTHORIZED", "authentication required");
    }

    private void refuse(Exchange exchange, int status, String code, String message) throws IOException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.putArray("errors").addObject().put("code", code).put("message", message);
        send(exchange, status, JSON.writeValueAsBytes(answer), null);
    }

    private void send(Exchange exchange, int status, byte[] body, @Nullable Failure failure) throws IOException {
        exchange.set("Content-Type", "application/json");
        exchange.sendHead(status, body.length);
        if (exchange.method().equals("HEAD")) {
            return;
        }
        int length = body.length;
        if (failure instanceof Failure.Corrupted && length > 0) {
            body[0] ^= 1;
        } else if (failure instanceof Failure.Truncated(long after)) {
            length = (int) Math.min(after, length);
        }
        exchange.sendBody(body, length);
        bytes.add(length);
        if (failure instanceof Failure.Truncated) {
            exchange.breakOff();
        }
    }
}
