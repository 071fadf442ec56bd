package dev.prebake.test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code prebake local}, or another subcommand, as a process of its own, over a home of its own. */
final class LocalCommandLine {
    /** Of these tests' run alone: one of another class path would be passed over, and not be made anew. */
    private static final Path CLASS_ARCHIVE = classArchive();

    private final Path home;
    private final List<String> prefix;
    private final String classPath;
    private final boolean ownClassPath;
    private final Map<String, String> environment;

    private LocalCommandLine(
            Path home, List<String> prefix, String classPath, boolean ownClassPath, Map<String, String> environment) {
        this.home = home;
        this.prefix = prefix;
        this.classPath = classPath;
        this.ownClassPath = ownClassPath;
        this.environment = environment;
    }

    private static Path classArchive() {
        try {
            Path folder = Files.createTempDirectory("prebake-classes");
            Path archive = folder.resolve("prebake.jsa");
            // In the reverse order.
            folder.toFile().deleteOnExit();
            archive.toFile().deleteOnExit();
            return archive;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command of this build. */
    static LocalCommandLine over(Path home) {
        String classPath = classPath().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        return new LocalCommandLine(home, List.of(), classPath, true, Map.of());
    }

    /** The command of this build as an operator has it, whose AWS is at this address. */
    static LocalCommandLine operating(Path home, URI endpoint) {
        return over(home)
                .with("AWS_ENDPOINT_URL", endpoint.toString())
                .with("AWS_REGION", "us-east-1")
                .with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
                .with("AWS_SECRET_ACCESS_KEY", "none");
    }

    /**
     * What the command needs of the tests' class path: the tests themselves are left out, because a class archive is made
     * only of archives.
     */
    static List<Path> classPath() {
        Path own = Path.of("target").toAbsolutePath();
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath())
                .filter(entry -> !entry.startsWith(own))
                .toList();
    }

    /** The Java of these tests. */
    static String java() {
        return ProcessHandle.current().info().command().orElse("java");
    }

    /** The same command, started by another one in front of it, with its classes from elsewhere. */
    LocalCommandLine startedBy(List<String> command, String otherClassPath) {
        return new LocalCommandLine(home, command, otherClassPath, false, environment);
    }

    /** The same command, started by another one in front of it. */
    LocalCommandLine startedBy(String... command) {
        return new LocalCommandLine(home, List.of(command), classPath, ownClassPath, environment);
    }

    /** The same command with a variable in its environment. */
    LocalCommandLine with(String variable, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(variable, value);
        return new LocalCommandLine(home, prefix, classPath, ownClassPath, more);
    }

    /** Runs it to its end. */
    Outcome run(String... arguments) throws IOException, InterruptedException {
        return start(arguments).await();
    }

    /** Starts it. */
    Running start(String... arguments) throws IOException {
        return launch("local", ownClassPath, arguments);
    }

    /** Starts another subcommand than {@code local}; without the class archive, which would then lack most classes. */
    Running startCommand(String subcommand, String... arguments) throws IOException {
        return launch(subcommand, false, arguments);
    }

    private Running launch(String subcommand, boolean withArchive, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        // As the launcher does. Its class archive, which goes with the class path, takes a second off every run but the
        // first.
        command.addAll(List.of(java(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xlog:disable"));
        if (withArchive) {
            command.addAll(
                    List.of("-Xshare:auto", "-XX:+AutoCreateSharedArchive", "-XX:SharedArchiveFile=" + CLASS_ARCHIVE));
        }
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath,
                "dev.prebake.cli.Main",
                subcommand));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile("prebake-out", ".json");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile());
        builder.environment().put("PREBAKE_HOME", home.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return new Running(process, out);
    }

    /** What a run printed, and how it ended. */
    record Outcome(long pid, int exitCode, String out, String err) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }
    }

    /** A run under way. */
    static final class Running {
        private final Process process;
        private final Path out;
        private final BufferedReader lines;
        private final StringBuilder err = new StringBuilder();

        private Running(Process process, Path out) {
            this.process = process;
            this.out = out;
            this.lines = process.errorReader(StandardCharsets.UTF_8);
        }

        /** Waits for a line on standard error that has these words. */
        void awaitLine(String words) throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                err.append(line).append('\n');
                if (line.contains(words)) {
                    return;
                }
            }
            throw new AssertionError("The run ended without the line \"" + words + "\":\n" + err);
        }

        /** Sends it a signal. */
        void signal(String name) throws IOException, InterruptedException {
            int exitCode = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (exitCode != 0) {
                throw new AssertionError("The run had ended before it could get SIG" + name + ":\n" + err);
            }
        }

        /** Kills it once some time has passed, unless it has ended before, and waits for its end. */
        Outcome killAfter(Duration moment) throws IOException, InterruptedException {
            if (!process.waitFor(moment)) {
                // By the handle: the process itself would close what it printed.
                process.toHandle().destroyForcibly();
            }
            return await();
        }

        /** Waits for its end. */
        Outcome await() throws IOException, InterruptedException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                err.append(line).append('\n');
            }
            int exitCode = process.waitFor();
            String printed = Files.readString(out);
            Files.delete(out);
            return new Outcome(process.pid(), exitCode, printed, err.toString());
        }
    }
}
