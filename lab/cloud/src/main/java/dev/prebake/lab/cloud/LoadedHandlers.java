package dev.prebake.lab.cloud;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.catalogue.FunctionEntry;
import dev.prebake.kernel.Json;
import dev.prebake.lab.states.TaskFailedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Handlers in this JVM, made by their public constructors and kept warm, with failures under the names that Lambda gives them
 * (https://docs.aws.amazon.com/lambda/latest/dg/java-exceptions.html).
 */
final class LoadedHandlers implements FunctionRunner {
    private final Map<String, RequestStreamHandler> warm = new ConcurrentHashMap<>();

    @Override
    public JsonNode run(FunctionEntry function, JsonNode event) throws TaskFailedException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try {
            warm.computeIfAbsent(function.handler(), LoadedHandlers::load)
                    .handleRequest(
                            new ByteArrayInputStream(Json.mapper().writeValueAsBytes(event)),
                            output,
                            new LambdaContext(function));
            return Json.mapper().readTree(output.toByteArray());
        } catch (IOException | RuntimeException e) {
            throw new TaskFailedException(e.getClass().getName(), cause(e));
        }
    }

    @Override
    public void close() {
        warm.clear();
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
        String message = failure.getLocalizedMessage();
        cause.put("errorMessage", message == null ? failure.getClass().getName() : message);
        cause.put("errorType", failure.getClass().getName());
        Arrays.stream(failure.getStackTrace())
                .map(StackTraceElement::toString)
                .forEach(cause.putArray("stackTrace")::add);
        return cause.toString();
    }
}
