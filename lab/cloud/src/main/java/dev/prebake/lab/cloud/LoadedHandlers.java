package dev.prebake.lab.cloud;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
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
            Object handler = Class.forName(className).getConstructor().newInstance();
            return switch (handler) {
                case RequestStreamHandler streams -> streams;
                case RequestHandler<?, ?> events -> ofEvents(events);
                default -> throw new LabException(className + " of the catalogue is no handler of Lambda's.", null);
            };
        } catch (ReflectiveOperationException e) {
            throw new LabException("Making the handler " + className + " of the catalogue failed: " + e, e);
        }
    }

    /** One of AWS's events, which Lambda reads with its own serialiser. */
    @SuppressWarnings("unchecked")
    private static <I, O> RequestStreamHandler ofEvents(RequestHandler<I, O> handler) {
        Class<I> eventType = (Class<I>) Arrays.stream(handler.getClass().getMethods())
                .filter(method -> method.getName().equals("handleRequest") && !method.isBridge())
                .findFirst()
                .orElseThrow()
                .getParameterTypes()[0];
        PojoSerializer<I> events = LambdaEventSerializers.serializerFor(eventType, eventType.getClassLoader());
        return (input, output, context) ->
                Json.mapper().writeValue(output, handler.handleRequest(events.fromJson(input), context));
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
