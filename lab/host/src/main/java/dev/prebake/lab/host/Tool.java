package dev.prebake.lab.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs a short-lived program of the host and turns its failure into words.
 *
 * <p>An interrupt doesn't cut the wait short: whoever is interrupted still learns what the program has done, a loop device that
 * it attached for example, and can undo it. The thread stays interrupted for what it waits for next.
 */
final class Tool {
    /** Where system programs live, also for a user whose PATH lacks the sbin folders. */
    static final List<String> STANDARD_PATH =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

    record Outcome(int exitCode, String output, String errors) {}

    private Tool() {}

    /** Runs the program and returns its output without the last line end; a non-zero exit is an exception. */
    static String run(String... command) {
        return run(Map.of(), command);
    }

    /** The same, with variables on top of the program's environment. */
    static String run(Map<String, String> variables, String... command) {
        Outcome outcome = attempt(variables, command);
        if (outcome.exitCode() != 0) {
            throw new DataPlaneException("`%s` failed with exit code %d: %s"
                    .formatted(
                            String.join(" ", command),
                            outcome.exitCode(),
                            outcome.errors().isEmpty() ? "it said nothing" : outcome.errors()));
        }
        return outcome.output();
    }

    static Outcome attempt(String... command) {
        return attempt(Map.of(), command);
    }

    private static Outcome attempt(Map<String, String> variables, String... command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().put("PATH", searchPath(List.of()));
            builder.environment().put("LC_ALL", "C.UTF-8");
            builder.environment().putAll(variables);
            Process process = builder.start();
            process.getOutputStream().close();
            var errors = new StringBuilder();
            Thread reader = Thread.ofPlatform().daemon().start(() -> errors.append(text(process, true)));
            String output = text(process, false);
            int exitCode = end(process, reader);
            return new Outcome(
                    exitCode, output.stripTrailing(), errors.toString().strip());
        } catch (IOException e) {
            throw new DataPlaneException(
                    "`%s` could not be started: %s".formatted(String.join(" ", command), reason(e)), e);
        }
    }

    private static int end(Process process, Thread reader) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    reader.join();
                    return process.waitFor();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String text(Process process, boolean errors) {
        try (var in = errors ? process.getErrorStream() : process.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(its output could not be read: " + reason(e) + ")";
        }
    }

    /** The program's path in this process's PATH and the standard folders. */
    static Optional<Path> find(String program) {
        return Arrays.stream(searchPath(List.of()).split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static String searchPath(List<Path> first) {
        String own = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return String.join(
                ":",
                Stream.of(
                                first.stream().map(Path::toString),
                                Arrays.stream(own.split(":")).filter(folder -> !folder.isEmpty()),
                                STANDARD_PATH.stream())
                        .flatMap(folders -> folders)
                        .distinct()
                        .toList());
    }

    /** The environment that programs in a machine start from: like a service's, not like the caller's shell. */
    static Map<String, String> serviceEnvironment(List<Path> toolFolders) {
        var environment = new java.util.HashMap<String, String>();
        environment.put("PATH", searchPath(toolFolders));
        environment.put("HOME", Objects.requireNonNullElse(System.getenv("HOME"), "/"));
        environment.put("LC_ALL", "C.UTF-8");
        // A host that reaches registries through a proxy or with its own authorities does so from its machines too.
        for (String name : List.of(
                "http_proxy",
                "https_proxy",
                "no_proxy",
                "HTTP_PROXY",
                "HTTPS_PROXY",
                "NO_PROXY",
                "SSL_CERT_FILE",
                "SSL_CERT_DIR")) {
            String value = System.getenv(name);
            if (value != null) {
                environment.put(name, value);
            }
        }
        return environment;
    }

    /** What the operating system said, without the exception's class where that adds nothing. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "there is no " + missing.getFile();
            case FileAlreadyExistsException present -> present.getFile() + " is there already";
            case FileSystemException failed
            when failed.getReason() != null -> failed.getFile() + ": " + failed.getReason();
            default -> Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
        };
    }
}
