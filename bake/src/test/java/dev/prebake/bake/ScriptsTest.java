package dev.prebake.bake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The shell scripts")
class ScriptsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @Test
    @DisplayName("are clean by shellcheck")
    void shellcheck() throws Exception {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "shellcheck"))),
                "shellcheck is not installed; ./prebake test installs it on Debian");
        run(List.of(
                "shellcheck",
                "--external-sources",
                "prebake",
                ".ci/run",
                "bake/bake.sh",
                "bake/test.sh",
                "bake/arm64.sh",
                "node/mount-cache.sh",
                "node/test.sh",
                "events/operate.sh",
                "bench/run",
                "bench/common.sh",
                "bench/debian-mirror.sh",
                "bench/bake/bench.sh",
                "bench/incremental/bench.sh",
                "bench/podstart/bench.sh",
                "bench/podtime/bench.sh",
                "bench/podtime/kubernetes.sh",
                "bench/podtime/node.sh",
                "bench/images/pytorch.sh"));
    }

    @Test
    @DisplayName("bake what they are asked to, on a loop device with a real registry and containerd")
    void bake() throws Exception {
        passes("bake/test.sh");
    }

    @Test
    @DisplayName("mount a baked volume before containerd starts, and keep it down where there is none")
    void node() throws Exception {
        passes("node/test.sh");
    }

    private static void passes(String script) throws Exception {
        String output = run(List.of("bash", script));
        assumeTrue(!output.contains("0 passed, 0 failed"), output);
        assertThat(output).contains(" passed, 0 failed");
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
