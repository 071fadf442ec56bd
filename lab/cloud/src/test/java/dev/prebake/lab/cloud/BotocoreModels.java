package dev.prebake.lab.cloud;

import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The models of AWS's services that the installed AWS CLI brings with itself. */
record BotocoreModels(Path folder) {
    /** Finds them, or has the test skipped. */
    static BotocoreModels installed() throws IOException, InterruptedException {
        Optional<Path> found = ofPython()
                .or(BotocoreModels::ofCli)
                .map(botocore -> botocore.resolve("data"))
                .filter(Files::isDirectory);
        if (found.isEmpty()) {
            abort("botocore, whose models say what AWS requires, is not installed: it comes with the AWS CLI");
        }
        return new BotocoreModels(found.orElseThrow());
    }

    private static Optional<Path> ofPython() {
        try {
            Process python = new ProcessBuilder(
                            "python3", "-c", "import botocore, os; print(os.path.dirname(botocore.__file__))")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String folder = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return python.waitFor() == 0 ? Optional.of(Path.of(folder)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Version 2 of the CLI has its own, beside its program. */
    private static Optional<Path> ofCli() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "aws"))
                .filter(Files::isExecutable)
                .findFirst()
                .map(BotocoreModels::real)
                .map(program -> program.resolveSibling("awscli").resolve("botocore"));
    }

    private static Path real(Path program) {
        try {
            return program.toRealPath();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The newest model of a service. */
    JsonNode of(String signingName) throws IOException {
        Path service = folder.resolve(signingName.equals("states") ? "stepfunctions" : signingName);
        Path newest;
        try (Stream<Path> versions = Files.list(service)) {
            newest = versions.max(Comparator.naturalOrder()).orElseThrow();
        }
        for (String file : List.of("service-2.json", "service-2.json.gz")) {
            Path model = newest.resolve(file);
            if (Files.exists(model)) {
                try (InputStream in = Files.newInputStream(model);
                        InputStream json = file.endsWith(".gz") ? new GZIPInputStream(in) : in) {
                    return new ObjectMapper().readTree(json);
                }
            }
        }
        throw new AssertionError("No model in " + newest);
    }
}
