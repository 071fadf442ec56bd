package dev.prebake.kernel;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;

/** Calls a handler in a test as Lambda does, JSON in and JSON out, with the repository's example events. */
public final class HandlerCall {
    /** No handler looks at Lambda's context: what it needs comes with its event. */
    private static final Context NO_CONTEXT = (Context) Proxy.newProxyInstance(
            HandlerCall.class.getClassLoader(), new Class<?>[] {Context.class}, (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
            });

    private HandlerCall() {}

    /** The example event of a state, {@code events/functions/<state>.json}; each call reads it anew, so change it freely. */
    public static ObjectNode event(String state) {
        // Surefire's working directory is the module's.
        Path file = Path.of("../../events/functions", state + ".json");
        try {
            return (ObjectNode) Json.mapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the handler answers. */
    public static JsonNode call(StateHandler<?, ?> handler, JsonNode event) {
        var output = new ByteArrayOutputStream();
        try {
            handler.handleRequest(new ByteArrayInputStream(Json.mapper().writeValueAsBytes(event)), output, NO_CONTEXT);
            return Json.mapper().readTree(output.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
