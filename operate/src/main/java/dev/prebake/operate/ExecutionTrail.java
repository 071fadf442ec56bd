package dev.prebake.operate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;
import software.amazon.awssdk.services.sfn.model.StateExitedEventDetails;

/**
 * How an execution has gone, from the events of its history; what it hands out is worth telling.
 *
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html">HistoryEvent</a>
 */
public final class ExecutionTrail {
    private final Set<String> states = new LinkedHashSet<>();
    private final Set<String> worked = new LinkedHashSet<>();
    private final List<Happening.AttemptFailed> failedAttempts = new ArrayList<>();
    private String state = "";
    private final BakePace pace = new BakePace();
    private boolean ended;

    /** The states entered so far, each once, in the order they were entered first. */
    public List<String> states() {
        return List.copyOf(states);
    }

    /** The attempts that failed, oldest first. */
    public List<Happening.AttemptFailed> failedAttempts() {
        return List.copyOf(failedAttempts);
    }

    /** Whether the newest event is the execution's end. */
    public boolean hasEnded() {
        return ended;
    }

    /** Takes further events, oldest first. */
    public List<Happening> add(List<HistoryEvent> events) {
        return events.stream().flatMap(event -> add(event).stream()).toList();
    }

    private Optional<Happening> add(HistoryEvent event) {
        Instant at = event.timestamp();
        ended = switch (event.type()) {
            case EXECUTION_SUCCEEDED, EXECUTION_FAILED, EXECUTION_TIMED_OUT, EXECUTION_ABORTED -> true;
            default -> false;
        };
        if (event.type() == HistoryEventType.EXECUTION_REDRIVEN) {
            return Optional.of(new Happening.Redriven(at));
        }
        if (event.stateEnteredEventDetails() != null) {
            return entered(at, event.stateEnteredEventDetails().name(), event.type());
        }
        if (event.stateExitedEventDetails() != null) {
            return exited(at, event.stateExitedEventDetails());
        }
        if (event.taskFailedEventDetails() != null) {
            return failed(
                    at,
                    event.taskFailedEventDetails().error(),
                    event.taskFailedEventDetails().cause());
        }
        if (event.taskTimedOutEventDetails() != null) {
            return failed(
                    at,
                    event.taskTimedOutEventDetails().error(),
                    event.taskTimedOutEventDetails().cause());
        }
        if (event.taskStartFailedEventDetails() != null) {
            return failed(
                    at,
                    event.taskStartFailedEventDetails().error(),
                    event.taskStartFailedEventDetails().cause());
        }
        if (event.taskSubmitFailedEventDetails() != null) {
            return failed(
                    at,
                    event.taskSubmitFailedEventDetails().error(),
                    event.taskSubmitFailedEventDetails().cause());
        }
        if (event.evaluationFailedEventDetails() != null) {
            return failed(
                    at,
                    event.evaluationFailedEventDetails().error(),
                    event.evaluationFailedEventDetails().cause());
        }
        return Optional.empty();
    }

    private Optional<Happening> entered(Instant at, String name, HistoryEventType type) {
        state = name;
        states.add(name);
        return type == HistoryEventType.TASK_STATE_ENTERED && worked.add(name)
                ? Optional.of(new Happening.Entered(at, name))
                : Optional.empty();
    }

    private Optional<Happening> failed(Instant at, @Nullable String error, @Nullable String cause) {
        var failed = new Happening.AttemptFailed(at, state, error == null ? "failed" : error, message(cause));
        failedAttempts.add(failed);
        return Optional.of(failed);
    }

    /** Lambda puts a function's error into a JSON object. */
    private static String message(@Nullable String cause) {
        if (cause == null) {
            return "";
        }
        String message = tree(cause).path("errorMessage").textValue();
        return message == null ? cause : message;
    }

    private Optional<Happening> exited(Instant at, StateExitedEventDetails details) {
        if (details.name().equals("StartBake")) {
            pace.begin(at);
        }
        // Absent where the history was asked without data, and cut off where it is very long.
        JsonNode output = tree(details.output() == null ? "" : details.output());
        if (output.path("done").asBoolean(true)) {
            return Optional.empty();
        }
        return switch (details.name()) {
            case "AwaitBake" -> baking(at, output.path("progress"));
            case "AwaitTurn" -> waiting(at, details.name(), turn(output.at("/turn/ahead")));
            case "AwaitSnapshot" -> waiting(at, details.name(), percent(output.path("progressPercent")));
            case "AwaitFastRestore" -> waiting(at, details.name(), zones(output.path("zones")));
            default -> Optional.empty();
        };
    }

    private Optional<Happening> baking(Instant at, JsonNode progress) {
        if (!progress.isObject()) {
            return Optional.empty();
        }
        long doneBytes = progress.path("doneBytes").asLong();
        long totalBytes = progress.path("totalBytes").asLong();
        return Optional.of(new Happening.Baking(
                at,
                progress.path("phase").asText(),
                progress.path("image").textValue(),
                doneBytes,
                totalBytes,
                pace.left(at, doneBytes, totalBytes)));
    }

    private static Optional<Happening> waiting(Instant at, String state, String words) {
        return words.isEmpty() ? Optional.empty() : Optional.of(new Happening.Waiting(at, state, words));
    }

    private static String turn(JsonNode ahead) {
        return switch (ahead.size()) {
            case 0 -> "";
            case 1 -> "another execution of this cache goes first";
            default -> ahead.size() + " other executions of this cache go first";
        };
    }

    private static String percent(JsonNode progressPercent) {
        return progressPercent.isNumber() ? "snapshot " + progressPercent.asInt() + " %" : "";
    }

    private static String zones(JsonNode zones) {
        return zones.properties().stream()
                .map(zone -> zone.getKey() + " " + zone.getValue().asText())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static JsonNode tree(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            return Json.mapper().missingNode();
        }
    }
}
