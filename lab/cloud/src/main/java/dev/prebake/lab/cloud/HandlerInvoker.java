package dev.prebake.lab.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.catalogue.FunctionEntry;
import dev.prebake.kernel.Json;
import dev.prebake.lab.states.TaskContext;
import dev.prebake.lab.states.TaskFailedException;
import dev.prebake.lab.states.TaskInvoker;

/** Lambda, as the workflow's tasks reach it: the catalogue's functions by name, with JSON in and out. */
final class HandlerInvoker implements TaskInvoker {
    private static final String LAMBDA_INVOKE = "arn:aws:states:::lambda:invoke";

    private final FunctionCatalogue catalogue;
    private final FunctionRunner runner;

    HandlerInvoker(FunctionCatalogue catalogue, FunctionRunner runner) {
        this.catalogue = catalogue;
        this.runner = runner;
    }

    @Override
    public JsonNode invoke(String resource, JsonNode arguments, TaskContext context)
            throws TaskFailedException, InterruptedException {
        if (!resource.equals(LAMBDA_INVOKE)) {
            throw new TaskFailedException(
                    "States.Runtime", "The lab integrates " + LAMBDA_INVOKE + ", not " + resource + ".");
        }
        String name = arguments.path("FunctionName").asText();
        FunctionEntry function = catalogue
                .find(name)
                .orElseThrow(() ->
                        new TaskFailedException("Lambda.ResourceNotFoundException", "Function not found: " + name));
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.put("ExecutedVersion", "$LATEST");
        answer.set("Payload", runner.run(function, arguments.path("Payload")));
        answer.put("StatusCode", 200);
        return answer;
    }
}
