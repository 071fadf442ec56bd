package dev.prebake.lab.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What the sample image's container runs: it reads the image's large files, checks them against the digests that were
 * noted when the image was made, says how long that took since the virtual machine began, and ends.
 *
 * <p>Like a service that loads its libraries, it is ready only when most of the image has been read; and if a byte
 * arrived wrong, it fails. It refers to no other class of this module: it is packed into the image alone.
 */
final class SampleProgram {
    private static final int BUFFER = 1 << 18;

    private SampleProgram() {}

    /** Takes the file of expected digests; exits with 1 when a file is missing or differs. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path expectations = Path.of(arguments.length > 0 ? arguments[0] : "/opt/app/image.json");
        JsonNode files = new ObjectMapper().readTree(expectations.toFile()).path("files");
        List<String> wrong = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(2)) {
            var digests = new ArrayList<Map.Entry<String, Future<String>>>();
            for (Map.Entry<String, JsonNode> file : files.properties()) {
                digests.add(Map.entry(file.getKey(), threads.submit(() -> digest(Path.of(file.getKey())))));
            }
            for (Map.Entry<String, Future<String>> file : digests) {
                String expected = files.path(file.getKey()).asText();
                String actual;
                try {
                    actual = file.getValue().get();
                } catch (ExecutionException e) {
                    actual = String.valueOf(e.getCause());
                }
                if (!actual.equals(expected)) {
                    wrong.add(file.getKey() + ": expected " + expected + ", found " + actual);
                }
            }
        }
        if (!wrong.isEmpty() || files.isEmpty()) {
            System.err.println("prebake sample: the image is damaged: " + wrong);
            System.exit(1);
        }
        long milliseconds = System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime();
        System.out.println("prebake sample: java " + Runtime.version().feature() + "."
                + Runtime.version().interim() + "." + Runtime.version().update() + " ready in " + milliseconds + " ms");
    }

    private static String digest(Path file) throws IOException, NoSuchAlgorithmException {
        MessageDigest hash = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                hash.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(hash.digest());
    }
}
