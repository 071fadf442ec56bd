package dev.prebake.lab.lambda;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes functions of {@link Handlers}. */
final class TestFunctions {
    private static final int MEMORY_MIB = 128;

    private final Path zip;

    /** Makes the zip. */
    TestFunctions(Path zip) throws IOException, URISyntaxException {
        this.zip = zip;
        Path classes = Path.of(Handlers.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path folder = classes.resolve("dev/prebake/lab/lambda");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip));
                Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("Handlers"))
                    .toList()) {
                out.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
    }

    FunctionConfiguration function(Class<?> handler) {
        return function(handler, Duration.ofSeconds(60));
    }

    FunctionConfiguration function(Class<?> handler, Duration timeout) {
        return new FunctionConfiguration(
                handler.getSimpleName(),
                "arn:aws:lambda:us-east-1:123456789012:function:" + handler.getSimpleName(),
                handler.getName(),
                zip,
                MEMORY_MIB,
                timeout,
                Map.of("GREETING", "hello"));
    }
}
