package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What expressions see as {@code $states.context}.
 *
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html">its fields</a>
 */
final class ContextObject {
    private static final DateTimeFormatter MILLISECONDS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private final ObjectNode common = JsonNodeFactory.instance.objectNode();

    /** @param redrive how the execution comes to be run again; null on its first run */
    ContextObject(ExecutionIdentity identity, JsonNode input, Instant startedAt, @Nullable Redrive redrive) {
        ObjectNode execution = common.putObject("Execution")
                .put("Id", identity.executionArn())
                .<ObjectNode>set("Input", input)
                .put("StartTime", MILLISECONDS.format(startedAt))
                .put("Name", identity.executionName())
                .put("RoleArn", identity.roleArn())
                .put("RedriveCount", redrive == null ? 0 : redrive.count());
        if (redrive != null) {
            execution.put("RedriveTime", MILLISECONDS.format(redrive.at()));
        }
        common.putObject("StateMachine").put("Id", identity.stateMachineArn()).put("Name", identity.stateMachineName());
    }

    ObjectNode in(String state, Instant enteredAt) {
        ObjectNode context = JsonNodeFactory.instance.objectNode();
        context.setAll(common);
        context.putObject("State").put("Name", state).put("EnteredTime", MILLISECONDS.format(enteredAt));
        return context;
    }

    /** For a task, whose context also tells how many attempts came before. */
    ObjectNode in(String state, Instant enteredAt, int retryCount) {
        ObjectNode context = in(state, enteredAt);
        context.withObject("/State").put("RetryCount", retryCount);
        return context;
    }
}
