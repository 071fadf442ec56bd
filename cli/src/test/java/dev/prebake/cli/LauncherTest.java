package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a JDK whose {@code java} prints its arguments. */
@DisplayName("The launcher")
class LauncherTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void copy() throws IOException {
        executable(folder.resolve("prebake"), Files.readString(Path.of("../prebake")));
        Path jdk = folder.resolve("jdk");
        executable(jdk.resolve("bin/javac"), "#!/bin/sh\n");
        executable(jdk.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        // Built, so that nothing is.
        Files.createDirectories(folder.resolve("cli/target"));
        Files.createFile(folder.resolve("cli/target/built"));
    }

    @Test
    @DisplayName("tells the command how wide the terminal is, for what passes and for results")
    void terminal() throws Exception {
        assertThat(onTerminal("stty cols 50; ./prebake list"))
                .contains(
                        "-D" + Terminal.PROPERTY + "=true",
                        "-D" + Terminal.COLUMNS + "=50",
                        "-D" + Terminal.OUT_COLUMNS + "=50");
    }

    @Test
    @DisplayName("tells no width of results that are piped, which stay as they are")
    void piped() throws Exception {
        assertThat(onTerminal("stty cols 50; ./prebake list | cat"))
                .contains("-D" + Terminal.COLUMNS + "=50")
                .noneMatch(argument -> argument.contains(Terminal.OUT_COLUMNS));
        assertThat(onTerminal("stty cols 50; ./prebake list 2>&1 | cat"))
                .contains("-D" + Terminal.PROPERTY + "=false")
                .noneMatch(argument -> argument.contains("columns"));
    }

    private List<String> onTerminal(String commands) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "there is no script(1), which makes a terminal");
        Path printed = folder.resolve("printed");
        ProcessBuilder script = new ProcessBuilder("script", "-qec", commands, "/dev/null")
                .directory(folder.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        script.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
        script.environment().put("SHELL", "/bin/bash");
        script.environment().put("TERM", "xterm");
        assertThat(script.start().waitFor()).as(Files.readString(printed)).isZero();
        return Files.readString(printed).lines().map(String::strip).toList();
    }

    private static void executable(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
