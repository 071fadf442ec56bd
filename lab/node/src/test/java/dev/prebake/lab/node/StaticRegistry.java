package dev.prebake.lab.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;

/** A registry on loopback that serves one image: the host's static busybox, and a layer of bytes that don't compress. */
final class StaticRegistry implements AutoCloseable {
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final int FILLER_BYTES = 16 << 20;

    private final HttpServer server;
    private final Map<String, byte[]> blobs = new HashMap<>();
    private final byte[] manifest;

    StaticRegistry(Path scratch, Path busybox) throws Exception {
        Path first = Files.createDirectories(scratch.resolve("first/bin"));
        Files.copy(busybox, first.resolve("busybox"));
        for (String applet : new String[] {"sh", "echo", "sleep", "cat"}) {
            Files.createSymbolicLink(first.resolve(applet), Path.of("busybox"));
        }
        Path second = Files.createDirectories(scratch.resolve("second/data"));
        byte[] filler = new byte[FILLER_BYTES];
        new Random(1).nextBytes(filler);
        Files.write(second.resolve("filler"), filler);
        byte[] one = tar(scratch.resolve("first"));
        byte[] two = tar(scratch.resolve("second"));
        String config =
                blob("""
                {"architecture":"%s","os":"linux","config":{"Cmd":["sh","-c","echo from the image"]},\
                "rootfs":{"type":"layers","diff_ids":["%s","%s"]}}""".formatted(architecture(), digest(one), digest(two)).getBytes(StandardCharsets.UTF_8));
        manifest = """
                {"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"application/vnd.oci.image.config.v1+json",%s},\
                "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip",%s},\
                {"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip",%s}]}""".formatted(MANIFEST, config, blob(gzip(one)), blob(gzip(two)))
                .getBytes(StandardCharsets.UTF_8);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        // A client may leave one blob half read while it asks for another.
        server.setExecutor(
                Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory()));
        server.createContext("/v2/", this::answer);
        server.start();
    }

    private static String architecture() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    String reference() {
        return "127.0.0.1:%d/test/busybox:1".formatted(server.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String last = path.substring(path.lastIndexOf('/') + 1);
            byte[] content = path.startsWith("/v2/test/busybox/manifests/")
                            && (last.equals("1") || last.equals(digest(manifest)))
                    ? manifest
                    : blobs.get(last);
            if (content == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.getResponseHeaders().set("Docker-Content-Digest", digest(content));
            exchange.getResponseHeaders()
                    .set("Content-Type", path.contains("/manifests/") ? MANIFEST : "application/octet-stream");
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
                exchange.sendResponseHeaders(200, -1);
            } else {
                exchange.sendResponseHeaders(200, content.length);
                exchange.getResponseBody().write(content);
            }
        }
    }

    /** Keeps a blob, and returns the fields of its descriptor. */
    private String blob(byte[] content) {
        blobs.put(digest(content), content);
        return "\"digest\":\"%s\",\"size\":%d".formatted(digest(content), content.length);
    }

    private static byte[] tar(Path folder) throws Exception {
        Process tar = new ProcessBuilder("tar", "-C", folder.toString(), "-cf", "-", ".").start();
        byte[] content = tar.getInputStream().readAllBytes();
        if (tar.waitFor() != 0) {
            throw new IOException("tar failed on " + folder);
        }
        return content;
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(content);
        }
        return packed.toByteArray();
    }

    private static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
