package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.kernel.Json;
import dev.prebake.lab.states.ExecutionIdentity;
import dev.prebake.lab.states.TaskContext;
import dev.prebake.lab.states.TaskFailedException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The lab's Lambda")
class HandlerInvokerTest {
    private static final String INVOKE = "arn:aws:states:::lambda:invoke";
    private static final JsonNode UNKNOWN = Json.mapper().createObjectNode().put("FunctionName", "Other");

    private static final TaskContext CONTEXT = new TaskContext(
            new ExecutionIdentity("arn:execution", "one", "arn:machine", "prebake", "arn:role", Account.REGION),
            "PlanBake",
            0,
            null);

    private final HandlerInvoker invoker = new HandlerInvoker(FunctionCatalogue.load(), new LoadedHandlers());

    @Test
    @DisplayName("fails a call of a function that isn't there as Lambda does")
    void unknownFunction() {
        assertThatThrownBy(() -> call(INVOKE, UNKNOWN))
                .isInstanceOfSatisfying(
                        TaskFailedException.class,
                        e -> assertThat(e.error()).isEqualTo("Lambda.ResourceNotFoundException"))
                .hasMessageContaining("Other");
    }

    @Test
    @DisplayName("integrates invoke alone")
    void otherResource() {
        assertThatThrownBy(() -> call(INVOKE + ".waitForTaskToken", UNKNOWN))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("waitForTaskToken");
    }

    private void call(String resource, JsonNode arguments) throws TaskFailedException, InterruptedException {
        throw new AssertionError(invoker.invoke(resource, arguments, CONTEXT));
    }
}
