package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * What expressions see as {@code $states.context}.
 *
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html">its fields</a>
 */
final class ContextObject {
    private static final DateTimeFormatter MILLISECONDS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private final ObjectNode common = JsonNodeFactory.instance.objectNode();

    ContextObject(ExecutionIdentity identity, JsonNode input, Instant startedAt) {
        common.putObject("Execution")
                .put("Id", identity.executionArn())
                .<ObjectNode>set("Input", input)
                .put("StartTime", MILLISECONDS.format(startedAt))
                .put("Name", identity.executionName())
                .put("RoleArn", identity.roleArn())
                .put("RedriveCount", 0);
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
