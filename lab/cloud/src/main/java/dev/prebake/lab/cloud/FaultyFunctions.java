package dev.prebake.lab.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.states.TaskContext;
import dev.prebake.lab.states.TaskFailedException;
import dev.prebake.lab.states.TaskInvoker;
import java.util.Optional;

/** Lambda with the faults that a plan has for its functions. */
final class FaultyFunctions implements TaskInvoker {
    private final TaskInvoker functions;
    private final FaultPlan faults;

    FaultyFunctions(TaskInvoker functions, FaultPlan faults) {
        this.functions = functions;
        this.faults = faults;
    }

    @Override
    public JsonNode invoke(String resource, JsonNode arguments, TaskContext context)
            throws TaskFailedException, InterruptedException {
        String function = arguments.path("FunctionName").asText();
        Optional<FunctionFault> fault = faults.of(function);
        if (fault.isEmpty()) {
            return functions.invoke(resource, arguments, context);
        }
        if (fault.get().runs()) {
            var ignored = functions.invoke(resource, arguments, context);
        }
        throw new TaskFailedException(fault.get().error(), "The lab's fault plan has " + function + " fail here.");
    }
}
