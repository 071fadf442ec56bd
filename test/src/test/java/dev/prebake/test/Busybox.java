package dev.prebake.test;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.prebake.lab.registry.Layer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The one program that the tests' images have, since it needs no library beside it. */
final class Busybox {
    /** Where it is in the images. */
    static final String PATH = "/bin/busybox";

    private Busybox() {}

    /** This machine's; without it the test is skipped. */
    static Path file() {
        Optional<Path> found = Stream.of("/bin/busybox", "/usr/bin/busybox")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(found.isPresent(), "busybox is not installed (Debian package busybox-static)");
        return found.get();
    }

    /** A layer with it. */
    static Layer layer() {
        return Layer.builder().file(PATH, file()).comment("busybox").build();
    }
}
