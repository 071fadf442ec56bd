package dev.prebake.cli;

import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.host.Detection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What this machine is, as far as the lab cares.
 *
 * @param javaVersion version of the JVM that runs
 * @param detection which data plane there can be
 * @param containerd what {@code containerd --version} prints; absent without one
 * @param igzip whether the fastest decompressor is there
 * @param home where the lab keeps its things
 * @param homeProblem why nothing can be written there; absent when it can
 * @param freeBytes room on the home's disk; 0 with a problem
 * @param availableMemoryBytes what the kernel thinks can be had without swapping; 0 where it doesn't say
 * @param portProblem why the sample's registry can't listen on its port; absent when it can
 */
record HostFacts(
        String javaVersion,
        Detection detection,
        @Nullable String containerd,
        boolean igzip,
        Path home,
        @Nullable String homeProblem,
        long freeBytes,
        long availableMemoryBytes,
        @Nullable String portProblem) {
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable:\\s+(\\d+) kB$");
    private static final long KIB = 1024;

    /** Looks at this machine. */
    static HostFacts read(Path home) {
        String homeProblem = null;
        long free = 0;
        try {
            Files.createDirectories(home);
            Files.delete(Files.createTempFile(home, "doctor", null));
            free = Files.getFileStore(home).getUsableSpace();
        } catch (IOException e) {
            homeProblem = e.toString();
        }
        return new HostFacts(
                Runtime.version().toString(),
                DataPlanes.detect(home),
                output("containerd", "--version").orElse(null),
                Stream.of(System.getenv().getOrDefault("PATH", "").split(":"), new String[] {"/usr/bin"})
                        .flatMap(Arrays::stream)
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "igzip"))),
                home,
                homeProblem,
                free,
                availableMemory(),
                listening());
    }

    private static Optional<String> output(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Optional.of(output.strip()) : Optional.empty();
        } catch (IOException e) {
            // It isn't installed: the detection says so with its package.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static long availableMemory() {
        try {
            Matcher available = AVAILABLE.matcher(Files.readString(Path.of("/proc/meminfo")));
            return available.find() ? Long.parseLong(available.group(1)) * KIB : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    private static @Nullable String listening() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), LocalCommand.SAMPLE_PORT));
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
