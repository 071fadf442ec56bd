package dev.prebake.lab.cloud;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.catalogue.FunctionEntry;
import dev.prebake.kernel.Json;
import dev.prebake.lab.states.TaskContext;
import dev.prebake.lab.states.TaskFailedException;
import dev.prebake.lab.states.TaskInvoker;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lambda, as the workflow's tasks reach it: the catalogue's handler classes, made by their public constructors and kept warm,
 * with JSON in and out and failures under the names that Lambda gives them
 * (https://docs.aws.amazon.com/lambda/latest/dg/java-exceptions.html).
 */
final class HandlerInvoker implements TaskInvoker {
    private static final String LAMBDA_INVOKE = "arn:aws:states:::lambda:invoke";

    private final FunctionCatalogue catalogue;
    private final Map<String, RequestStreamHandler> warm = new ConcurrentHashMap<>();

    HandlerInvoker(FunctionCatalogue catalogue) {
        this.catalogue = catalogue;
    }

    @Override
    public JsonNode invoke(String resource, JsonNode arguments, TaskContext context) throws TaskFailedException {
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
        answer.set("Payload", call(function, arguments.path("Payload")));
        answer.put("StatusCode", 200);
        return answer;
    }

    private JsonNode call(FunctionEntry function, JsonNode payload) throws TaskFailedException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try {
            warm.computeIfAbsent(function.handler(), HandlerInvoker::load)
                    .handleRequest(
                            new ByteArrayInputStream(Json.mapper().writeValueAsBytes(payload)),
                            output,
                            new LambdaContext(function));
            return Json.mapper().readTree(output.toByteArray());
        } catch (IOException | RuntimeException e) {
            throw new TaskFailedException(e.getClass().getName(), cause(e));
        }
    }

    private static RequestStreamHandler load(String className) {
        try {
            return Class.forName(className)
                    .asSubclass(RequestStreamHandler.class)
                    .getConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LabException("Making the handler " + className + " of the catalogue failed: " + e, e);
        }
    }

    private static String cause(Exception failure) {
        ObjectNode cause = Json.mapper().createObjectNode();
        cause.put("errorMessage", String.valueOf(failure.getMessage()));
        cause.put("errorType", failure.getClass().getName());
        Arrays.stream(failure.getStackTrace())
                .map(StackTraceElement::toString)
                .forEach(cause.putArray("stackTrace")::add);
        return cause.toString();
    }
}
