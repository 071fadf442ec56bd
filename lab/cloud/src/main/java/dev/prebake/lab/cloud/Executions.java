package dev.prebake.lab.cloud;

import dev.prebake.lab.states.ExecutionStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The executions that the lab has had, one file each. */
final class Executions {
    private static final String SUFFIX = ".json";

    private final Path folder;

    Executions(Path folder) {
        this.folder = folder;
    }

    void save(StoredExecution execution) {
        file(execution.name()).write(execution);
    }

    Optional<StoredExecution> find(String name) {
        return file(name).read();
    }

    /** All of them, newest first, as ListExecutions has them. */
    List<StoredExecution> all() {
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> find(name.substring(0, name.length() - SUFFIX.length())))
                    .flatMap(Optional::stream)
                    .sorted(Comparator.comparing(StoredExecution::startedAt).reversed())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Listing the lab's executions in " + folder + " failed.", e);
        }
    }

    /** Marks as aborted what a killed lab left running; a sentence for each. */
    List<String> recover() {
        List<String> recovered = new ArrayList<>();
        for (StoredExecution execution : all()) {
            if (execution.status() == ExecutionStatus.RUNNING) {
                save(execution.lost());
                recovered.add("Marked execution " + execution.name() + " as aborted: the lab was killed while it ran.");
            }
        }
        return recovered;
    }

    private JsonFile<StoredExecution> file(String name) {
        return new JsonFile<>(folder.resolve(name + SUFFIX), StoredExecution.class);
    }
}
