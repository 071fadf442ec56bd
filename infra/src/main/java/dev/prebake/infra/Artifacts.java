package dev.prebake.infra;

import dev.prebake.catalogue.FunctionEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The functions' zips, where Maven puts them.
 *
 * @param root the repository
 */
public record Artifacts(Path root) {
    private static final String PREFIX = "prebake-";

    /**
     * The zip of a function.
     *
     * @throws IllegalStateException when it isn't built
     */
    Path zip(FunctionEntry function) {
        String artifact = function.artifact();
        Path target = root.resolve("functions")
                .resolve(artifact.substring(PREFIX.length()))
                .resolve("target");
        List<Path> zips = List.of();
        if (Files.isDirectory(target)) {
            try (Stream<Path> files = Files.list(target)) {
                zips = files.filter(file -> file.getFileName().toString().matches(artifact + "-.*\\.zip"))
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException("Listing " + target + " for the function's zip failed.", e);
            }
        }
        if (zips.size() != 1) {
            throw new IllegalStateException("There are " + zips.size() + " zips of " + artifact + " in " + target
                    + ", not one; build them with mvn package.");
        }
        return zips.getFirst();
    }
}
