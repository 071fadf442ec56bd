package dev.prebake.lab.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.states.ExecutionStatus;
import dev.prebake.lab.states.HistoryDetails;
import dev.prebake.lab.states.HistoryEvent;
import dev.prebake.lab.states.HistoryEventType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The executions that one state machine has had: a file for each, and one for its history. */
final class Executions {
    private static final String SUFFIX = ".json";
    private static final String KILLED = "Lab.Killed";
    private static final String KILLED_CAUSE = "The lab was killed while the execution ran.";
    private static final Comparator<ExecutionSummary> NEWEST_FIRST = Comparator.comparing(ExecutionSummary::startedAt)
            .thenComparing(ExecutionSummary::name)
            .reversed();

    private final Path folder;
    private final Map<String, ExecutionSummary> index = new ConcurrentHashMap<>();

    Executions(Path folder) {
        this.folder = folder;
        stored().forEach(execution -> index.put(execution.name(), ExecutionSummary.of(execution)));
    }

    void save(StoredExecution execution) {
        file(execution.name()).write(execution);
        index.put(execution.name(), ExecutionSummary.of(execution));
    }

    Optional<StoredExecution> find(String name) {
        return index.containsKey(name) ? file(name).read() : Optional.empty();
    }

    /** All of them, newest first, as ListExecutions has them. */
    List<ExecutionSummary> all() {
        return index.values().stream().sorted(NEWEST_FIRST).toList();
    }

    /** What lists say of one that there is. */
    ExecutionSummary summary(String name) {
        return Optional.ofNullable(index.get(name)).orElseThrow();
    }

    HistoryFile history(String name) {
        return new HistoryFile(folder.resolve(StatesNames.fileName(name) + ".history.jsonl"));
    }

    /** Marks as aborted what a killed lab left running; a sentence for each. */
    List<String> recover() {
        List<String> recovered = new ArrayList<>();
        for (ExecutionSummary execution : all()) {
            if (execution.status() == ExecutionStatus.RUNNING) {
                StoredExecution ended = find(execution.name()).map(this::ended).orElseThrow();
                save(ended);
                if (ended.status() == ExecutionStatus.ABORTED) {
                    recovered.add(
                            "Marked execution " + execution.name() + " as aborted: the lab was killed while it ran.");
                }
            }
        }
        return recovered;
    }

    /** The end that its history tells; where there is none, it is lost, and the history gets that as its end. */
    private StoredExecution ended(StoredExecution execution) {
        HistoryFile file = history(execution.name());
        List<HistoryEvent> past = new ArrayList<>(file.read());
        if (past.isEmpty()) {
            return execution.ended(ExecutionStatus.ABORTED, null, KILLED, KILLED_CAUSE, execution.startedAt());
        }
        HistoryEvent last = past.getLast();
        if (!last.type().isLast()) {
            last = new HistoryEvent(
                    last.id() + 1,
                    0,
                    last.timestamp(),
                    HistoryEventType.EXECUTION_ABORTED,
                    new HistoryDetails.ExecutionStopped(KILLED, KILLED_CAUSE));
            past.add(last);
            file.rewrite(past);
        }
        ExecutionStatus status = ExecutionStatus.valueOf(last.type().name().substring("EXECUTION_".length()));
        return switch (last.details()) {
            case HistoryDetails.ExecutionSucceeded(JsonNode output) ->
                execution.ended(status, output, null, null, last.timestamp());
            case HistoryDetails.ExecutionStopped(String error, String cause) ->
                execution.ended(status, null, error, cause, last.timestamp());
            default -> throw new IllegalStateException("No history ends with " + last);
        };
    }

    private List<StoredExecution> stored() {
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .map(file -> new JsonFile<>(file, StoredExecution.class).read())
                    .flatMap(Optional::stream)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Listing the lab's executions in " + folder + " failed.", e);
        }
    }

    private JsonFile<StoredExecution> file(String name) {
        return new JsonFile<>(folder.resolve(StatesNames.fileName(name) + SUFFIX), StoredExecution.class);
    }
}
