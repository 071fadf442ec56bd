package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.prebake.lab.clock.LabClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that do as a golden case says, one step for each invocation: {@code takes} seconds of lab time, then
 * {@code return} a value, or fail with {@code error} and {@code cause}.
 */
final class ScriptedTasks implements TaskInvoker {
    private final LabClock clock;
    private final Deque<JsonNode> steps = new ArrayDeque<>();

    ScriptedTasks(LabClock clock, @Nullable JsonNode steps) {
        this.clock = clock;
        if (steps != null) {
            steps.forEach(this.steps::add);
        }
    }

    @Override
    public JsonNode invoke(String resource, JsonNode arguments, TaskContext context)
            throws TaskFailedException, InterruptedException {
        JsonNode step = steps.remove();
        if (step.has("takes")) {
            clock.sleep(Duration.ofSeconds(step.get("takes").longValue()));
        }
        if (step.has("error")) {
            throw new TaskFailedException(
                    step.get("error").textValue(), step.path("cause").textValue());
        }
        if (step.has("bytes")) {
            return Tests.json("\"" + "x".repeat(step.get("bytes").intValue() - 2) + "\"");
        }
        return step.has("return") ? step.get("return") : NullNode.instance;
    }
}
