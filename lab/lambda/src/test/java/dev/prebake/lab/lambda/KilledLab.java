package dev.prebake.lab.lambda;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A process that invokes a function without an end, for tests to kill. */
final class KilledLab {
    private KilledLab() {}

    static Process start(Path folder, Path pidFile) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledLab.class.getName(),
                        folder.toString(),
                        pidFile.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("killed.log").toFile())
                .start();
    }

    public static void main(String[] arguments) throws IOException, URISyntaxException, InterruptedException {
        Path folder = Path.of(arguments[0]);
        TestFunctions functions = new TestFunctions(folder.resolve("killed.zip"));
        try (var processes = new FunctionProcesses(folder.resolve("killed"), 1)) {
            var result = processes.invoke(
                    functions.function(Handlers.Endless.class),
                    ('"' + arguments[1] + '"').getBytes(StandardCharsets.UTF_8));
            throw new AssertionError(new String(result.payload(), StandardCharsets.UTF_8));
        }
    }
}
