package dev.prebake.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A lab in a process of its own that outlives the command that starts it. */
final class DetachedLab {
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final int LAST_LINES = 20;

    private final Path home;

    DetachedLab(Path home) {
        this.home = home;
    }

    static Path log(Path home) {
        return home.resolve("lab.log");
    }

    /**
     * Starts this JVM's command again without its terminal, and returns once it serves.
     *
     * @param arguments those of this command
     */
    LabFile.Lab start(List<String> arguments) throws InterruptedException {
        List<String> command = new ArrayList<>();
        // Out of the terminal's session, whose end would end it.
        setsid().ifPresent(command::add);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        arguments.stream().filter(argument -> !argument.equals("--detach")).forEach(command::add);
        File log = log(home).toFile();
        Process process;
        try {
            Files.createDirectories(home);
            process = new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(log)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("Starting the lab as a process of its own failed: " + e.getMessage(), e);
        }
        LabFile file = new LabFile(home);
        while (process.isAlive()) {
            Optional<LabFile.Lab> lab = file.running();
            if (lab.isPresent()) {
                return lab.get();
            }
            Thread.sleep(LOOK);
        }
        throw new IllegalStateException("The lab ended with exit code " + process.exitValue()
                + " before it served. The end of its log, " + log + ":\n" + String.join("\n", lastLines()));
    }

    private List<String> lastLines() {
        try {
            List<String> lines = Files.readAllLines(log(home));
            return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
        } catch (IOException e) {
            return List.of("(which can't be read: " + e.getMessage() + ")");
        }
    }

    private static Optional<String> setsid() {
        return Stream.of("/usr/bin/setsid", "/bin/setsid")
                .filter(file -> Files.isExecutable(Path.of(file)))
                .findFirst();
    }
}
