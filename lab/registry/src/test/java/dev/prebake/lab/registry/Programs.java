package dev.prebake.lab.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Runs the programs that tests hold the registry against. */
final class Programs {
    private Programs() {}

    /** What a program printed on both its outputs, and how it ended. */
    record Outcome(int status, String output) {}

    static Outcome run(String... command) throws IOException, InterruptedException {
        return run(List.of(command));
    }

    static Outcome run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }
}
