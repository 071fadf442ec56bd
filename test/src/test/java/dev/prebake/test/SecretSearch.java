package dev.prebake.test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Looks for secrets where they mustn't be: in texts, in files down to raw volumes, and in what processes show of themselves. */
final class SecretSearch {
    private static final int BLOCK = 1 << 20;

    /** The secrets in a form that is quick to compare. */
    private final Map<String, byte[]> secrets = new ConcurrentHashMap<>();

    SecretSearch(Collection<String> secrets) {
        secrets.forEach(secret -> this.secrets.put(secret, secret.getBytes(StandardCharsets.UTF_8)));
    }

    /** The secrets that are in a text. */
    Set<String> in(String text) {
        Set<String> found = new TreeSet<>();
        secrets.keySet().stream().filter(text::contains).forEach(found::add);
        return found;
    }

    /** The files at or below a path that have one, each with it. */
    List<String> below(Path path) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                for (String secret : inFile(file)) {
                    found.add(file + " has " + secret);
                }
            }
        }
        return found;
    }

    private Set<String> inFile(Path file) throws IOException {
        int overlap =
                secrets.values().stream().mapToInt(bytes -> bytes.length).max().orElse(1);
        Set<String> found = new TreeSet<>();
        byte[] buffer = new byte[BLOCK + overlap];
        byte[] zeros = new byte[BLOCK + overlap];
        int kept = 0;
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.readNBytes(buffer, kept, BLOCK); read > 0; read = in.readNBytes(buffer, kept, BLOCK)) {
                int length = kept + read;
                // Most of a volume is holes.
                if (!Arrays.equals(buffer, 0, length, zeros, 0, length)) {
                    secrets.forEach((secret, bytes) -> {
                        if (contains(buffer, length, bytes)) {
                            found.add(secret);
                        }
                    });
                }
                kept = Math.min(overlap, length);
                System.arraycopy(buffer, length - kept, buffer, 0, kept);
            }
        }
        return found;
    }

    private static boolean contains(byte[] buffer, int length, byte[] wanted) {
        for (int i = 0; i + wanted.length <= length; i++) {
            if (buffer[i] == wanted[0] && Arrays.equals(buffer, i, i + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }

    /** Looks at all processes' arguments and environments until it is closed. */
    Watch watchProcesses() {
        return new Watch();
    }

    /** A look at the processes that goes on. */
    final class Watch implements AutoCloseable {
        private final Set<String> found = ConcurrentHashMap.newKeySet();
        private final Thread thread = Thread.ofPlatform().start(this::look);

        /** What was found so far. */
        Set<String> found() {
            return found;
        }

        @Override
        public void close() {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void look() {
            while (!Thread.currentThread().isInterrupted()) {
                ProcessHandle.allProcesses().mapToLong(ProcessHandle::pid).forEach(pid -> {
                    for (String file : List.of("cmdline", "environ")) {
                        for (String secret : in(text(pid, file))) {
                            found.add("process " + pid + " has " + secret + " in its " + file);
                        }
                    }
                });
                try {
                    Thread.sleep(5);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private static String text(long pid, String file) {
            try {
                return Files.readString(Path.of("/proc", Long.toString(pid), file), StandardCharsets.ISO_8859_1);
            } catch (IOException e) {
                // It has ended, or is another user's.
                return "";
            }
        }
    }
}
