package dev.prebake.lab.registry;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Serves HTTP/1.1 on 127.0.0.1, with a thread for each connection: as much of RFC 9112 as clients of a registry
 * use.
 *
 * <p>The JDK's own server can't stand here. Clients of registries try TLS first and fall back to plain HTTP when they
 * are answered in HTTP; the JDK's server takes the handshake for an endless request line and says nothing, and each
 * call of such a client then waits for its time-outs, 20 s of skopeo. Nor does it let a test break a connection.
 */
final class HttpListener implements AutoCloseable {
    private static final int HEAD_LIMIT = 1 << 16;
    private static final int BODY_LIMIT = 1 << 20;
    private static final int BACKLOG = 256;
    private static final int LINGER_MILLISECONDS = 2000;

    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** Answers requests; called on many threads at once. */
    @FunctionalInterface
    interface Handler {
        /** Answers one request; returning without an answer ends the connection. */
        void handle(Exchange exchange) throws IOException;
    }

    private HttpListener(ServerSocket server) {
        this.server = server;
    }

    /** Takes the preferred port, or a free one if another process has it or it is 0. */
    static HttpListener bind(int preferred) throws IOException {
        InetAddress loopback = InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1});
        var server = new ServerSocket();
        try {
            server.bind(new InetSocketAddress(loopback, preferred), BACKLOG);
        } catch (BindException e) {
            if (preferred == 0) {
                throw e;
            }
            // Somebody has it: any other port serves as well.
            server.bind(new InetSocketAddress(loopback, 0), BACKLOG);
        }
        return new HttpListener(server);
    }

    /** Begins to answer requests. */
    void start(Handler handler) {
        Thread.ofPlatform().daemon().name("registry").start(() -> accept(handler));
    }

    int port() {
        return server.getLocalPort();
    }

    /** Stops at once; answers under way are cut off. */
    @Override
    public void close() {
        closeQuietly(server);
        open.forEach(HttpListener::closeQuietly);
    }

    private void accept(Handler handler) {
        while (!server.isClosed()) {
            Socket socket;
            try {
                socket = server.accept();
            } catch (IOException _) {
                // Closed; or the one client gave up already, or no descriptor was free: the next one may do better.
                continue;
            }
            open.add(socket);
            if (server.isClosed()) {
                closeQuietly(socket);
            }
            Thread.ofPlatform().daemon().start(() -> serve(socket, handler));
        }
    }

    private void serve(Socket socket, Handler handler) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream());
            var out = new BufferedOutputStream(socket.getOutputStream(), 1 << 14);
            while (serveOne(in, out, handler)) {
                // The connection goes on.
            }
            // With something unread, closing would reset the connection and could take the answer back.
            socket.shutdownOutput();
            socket.setSoTimeout(LINGER_MILLISECONDS);
            drain(socket.getInputStream());
        } catch (IOException _) {
            // The client has gone away: nobody is left to tell.
        } finally {
            open.remove(socket);
        }
    }

    private static boolean serveOne(InputStream in, OutputStream out, Handler handler) throws IOException {
        String requestLine = readLine(in, HEAD_LIMIT);
        if (requestLine == null) {
            return false;
        }
        String[] words = requestLine.split(" ", -1);
        URI target = words.length == 3 && words[2].startsWith("HTTP/1.") ? parse(words[1]) : null;
        var headers = new HashMap<String, String>();
        if (target == null || !readHeaders(in, headers)) {
            // Go's clients take an answer in HTTP to a TLS handshake as the sign to go on without TLS.
            out.write("HTTP/1.0 400 Bad Request\r\nConnection: close\r\n\r\nThis is no request of HTTP/1.1.\n"
                    .getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return false;
        }
        boolean hasBody = headers.containsKey("transfer-encoding")
                || !headers.getOrDefault("content-length", "0").equals("0");
        boolean lasting = !hasBody
                && words[2].equals("HTTP/1.1")
                && !headers.getOrDefault("connection", "").equalsIgnoreCase("close");
        var exchange = new Exchange(words[0], target, headers, lasting, out);
        handler.handle(exchange);
        return exchange.isReusable();
    }

    private static boolean readHeaders(InputStream in, Map<String, String> headers) throws IOException {
        int left = HEAD_LIMIT;
        for (String line = readLine(in, left); line != null; line = readLine(in, left)) {
            if (line.isEmpty()) {
                return true;
            }
            left -= line.length();
            int colon = line.indexOf(':');
            if (colon <= 0) {
                return false;
            }
            headers.putIfAbsent(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return false;
    }

    /** Returns a line without its end; empty where none can be; nothing at the end of the stream. */
    private static @Nullable String readLine(InputStream in, int limit) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                int length = line.length();
                boolean returned = length > 0 && line.charAt(length - 1) == '\r';
                return returned ? line.substring(0, length - 1) : line.toString();
            }
            boolean text = (c >= ' ' && c != 0x7f) || c == '\t' || c == '\r';
            if (!text || line.length() >= limit) {
                // No text, such as a TLS handshake: waiting for the line's end could take for ever.
                return "";
            }
            line.append((char) c);
        }
        return null;
    }

    private static @Nullable URI parse(String target) {
        try {
            return URI.create(target);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static void drain(InputStream in) throws IOException {
        byte[] buffer = new byte[1 << 13];
        int total = 0;
        try {
            for (int read = in.read(buffer); read >= 0 && total < BODY_LIMIT; read = in.read(buffer)) {
                total += read;
            }
        } catch (SocketTimeoutException _) {
            // It neither sends nor closes: enough.
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception _) {
            // It is to be gone, and there is nothing else to do about it.
        }
    }
}
