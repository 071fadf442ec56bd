package dev.prebake.lab.registry;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request of HTTP/1.1 and its answer. An answer that is not finished, or that says so, ends the connection. */
final class Exchange {
    private final String method;
    private final URI target;
    private final Map<String, String> headers;
    private final OutputStream out;
    private final Map<String, String> answerHeaders = new LinkedHashMap<>();
    private boolean lasting;
    private long left = -1;

    /**
     * Makes an exchange whose request has been read.
     *
     * @param headers by name in lower case
     * @param lasting whether the connection may serve another request after this one
     */
    Exchange(String method, URI target, Map<String, String> headers, boolean lasting, OutputStream out) {
        this.method = method;
        this.target = target;
        this.headers = headers;
        this.lasting = lasting;
        this.out = out;
    }

    String method() {
        return method;
    }

    /** Returns the path, decoded. */
    String path() {
        String path = target.getPath();
        return path == null ? "" : path;
    }

    /** Returns the query as it came. */
    @Nullable String query() {
        return target.getRawQuery();
    }

    @Nullable String header(String name) {
        return headers.get(name.toLowerCase(Locale.ROOT));
    }

    /** Sets a header of the answer, before its head is sent. */
    void set(String name, String value) {
        answerHeaders.put(name, value);
    }

    /** Sends the answer's status and headers; to {@code HEAD} that is all of it. */
    void sendHead(int status, long length) throws IOException {
        var head = new StringBuilder("HTTP/1.1 ").append(status).append(" \r\n");
        answerHeaders.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(length).append("\r\n");
        if (!lasting) {
            head.append("Connection: close\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        left = method.equals("HEAD") ? 0 : length;
        if (left == 0) {
            out.flush();
        }
    }

    /** Sends a part of the body. */
    void sendBody(byte[] bytes, int length) throws IOException {
        if (length > left) {
            throw new IllegalStateException("the answer to " + target + " promised " + (length - left) + " bytes less");
        }
        out.write(bytes, 0, length);
        left -= length;
        if (left == 0) {
            out.flush();
        }
    }

    /** Sends what there is of an answer, and ends the connection after it. */
    void breakOff() throws IOException {
        lasting = false;
        out.flush();
    }

    /** Tells whether the connection can serve another request. */
    boolean isReusable() {
        return lasting && left == 0;
    }
}
