package dev.prebake.lab.cloud;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.Json;
import dev.prebake.lab.states.HistoryDetails;
import dev.prebake.lab.states.HistoryEvent;
import dev.prebake.lab.states.HistoryEventType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The events of one execution in a file, a JSON document in a line each, written as they happen. */
final class HistoryFile {
    private final Path file;
    private @Nullable OutputStream writer;

    HistoryFile(Path file) {
        this.file = file;
    }

    /** Adds an event behind those that the file has. */
    synchronized void append(HistoryEvent event) {
        ObjectNode line = Json.mapper().createObjectNode();
        line.put("id", event.id());
        line.put("previousEventId", event.previousEventId());
        line.put("timestamp", event.timestamp().toString());
        line.put("type", event.type().name());
        line.set("details", Json.mapper().valueToTree(event.details()));
        try {
            if (writer == null) {
                Files.createDirectories(file.toAbsolutePath().getParent());
                writer = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
            // Half of a surrogate pair, which an input may have in a text, has no UTF-8: Jackson writes its number.
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.writeBytes(Json.mapper().writeValueAsBytes(line));
            bytes.write('\n');
            // Not to the disk: what is lost with the machine's power is an execution's that was lost with it.
            bytes.writeTo(writer);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing an execution's history to " + file + " failed.", e);
        }
    }

    /** Puts events in the place of all that the file has. */
    synchronized void rewrite(List<HistoryEvent> events) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing an execution's history to " + file + " failed.", e);
        }
        events.forEach(this::append);
        close();
    }

    synchronized void close() {
        if (writer != null) {
            try {
                writer.close();
            } catch (IOException e) {
                throw new UncheckedIOException("Writing an execution's history to " + file + " failed.", e);
            }
            writer = null;
        }
    }

    /** All events, oldest first; a line that a killed lab left unfinished isn't one. */
    List<HistoryEvent> read() {
        return lines().stream().map(this::event).toList();
    }

    /** How many events there are. */
    int size() {
        return lines().size();
    }

    private List<String> lines() {
        if (Files.notExists(file)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(file)) {
            List<String> whole = new ArrayList<>(lines.toList());
            if (!whole.isEmpty() && !whole.getLast().endsWith("}}")) {
                whole.removeLast();
            }
            return whole;
        } catch (IOException e) {
            throw new UncheckedIOException("Reading an execution's history from " + file + " failed.", e);
        }
    }

    private HistoryEvent event(String line) {
        try {
            JsonNode read = Json.mapper().readTree(line);
            HistoryEventType type = HistoryEventType.valueOf(read.path("type").asText());
            return new HistoryEvent(
                    read.path("id").asLong(),
                    read.path("previousEventId").asLong(),
                    Instant.parse(read.path("timestamp").asText()),
                    type,
                    Json.mapper().treeToValue(read.path("details"), details(type)));
        } catch (JacksonException | IllegalArgumentException e) {
            throw new LabException(
                    "Reading an execution's history from " + file + " failed: " + e.getMessage()
                            + ". It was written by another version or by hand; move it away.",
                    e);
        }
    }

    private static Class<? extends HistoryDetails> details(HistoryEventType type) {
        return switch (type) {
            case EXECUTION_STARTED -> HistoryDetails.ExecutionStarted.class;
            case EXECUTION_SUCCEEDED -> HistoryDetails.ExecutionSucceeded.class;
            case EXECUTION_FAILED, EXECUTION_TIMED_OUT, EXECUTION_ABORTED -> HistoryDetails.ExecutionStopped.class;
            case EXECUTION_REDRIVEN -> HistoryDetails.ExecutionRedriven.class;
            case TASK_STATE_ENTERED,
                    PASS_STATE_ENTERED,
                    CHOICE_STATE_ENTERED,
                    WAIT_STATE_ENTERED,
                    SUCCEED_STATE_ENTERED,
                    FAIL_STATE_ENTERED -> HistoryDetails.StateEntered.class;
            case TASK_STATE_EXITED, PASS_STATE_EXITED, CHOICE_STATE_EXITED, WAIT_STATE_EXITED, SUCCEED_STATE_EXITED ->
                HistoryDetails.StateExited.class;
            case TASK_SCHEDULED -> HistoryDetails.TaskScheduled.class;
            case TASK_STARTED -> HistoryDetails.TaskStarted.class;
            case TASK_SUCCEEDED -> HistoryDetails.TaskSucceeded.class;
            case TASK_FAILED, TASK_TIMED_OUT -> HistoryDetails.TaskFailed.class;
            case EVALUATION_FAILED -> HistoryDetails.EvaluationFailed.class;
        };
    }
}
