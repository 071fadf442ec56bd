package dev.prebake.catalogue;

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

    /** Whether the zip of a function is there: a build may leave it out. */
    public boolean isBuilt(FunctionEntry function) {
        return zips(function).size() == 1;
    }

    /**
     * The zip of a function.
     *
     * @throws IllegalStateException when it isn't built
     */
    public Path zip(FunctionEntry function) {
        List<Path> zips = zips(function);
        if (zips.size() != 1) {
            throw new IllegalStateException("There are " + zips.size() + " zips of " + function.artifact() + " in "
                    + target(function) + ", not one; build them with mvn package.");
        }
        return zips.getFirst();
    }

    private List<Path> zips(FunctionEntry function) {
        Path target = target(function);
        if (!Files.isDirectory(target)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().matches(function.artifact() + "-.*\\.zip"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Listing " + target + " for the function's zip failed.", e);
        }
    }

    private Path target(FunctionEntry function) {
        return root.resolve("functions")
                .resolve(function.artifact().substring(PREFIX.length()))
                .resolve("target");
    }
}
