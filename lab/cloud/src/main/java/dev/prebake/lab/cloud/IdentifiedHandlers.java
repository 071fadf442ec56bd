package dev.prebake.lab.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.states.TaskContext;
import dev.prebake.lab.states.TaskFailedException;
import dev.prebake.lab.states.TaskInvoker;

/**
 * Handlers that call AWS under their function's name for an access key, as each has a role of its own on AWS. The SDK reads the
 * key at each call from a property of the whole JVM, so one handler runs at a time.
 */
final class IdentifiedHandlers implements TaskInvoker {
    private static final String ACCESS_KEY = "aws.accessKeyId";

    private final TaskInvoker handlers;

    IdentifiedHandlers(TaskInvoker handlers) {
        this.handlers = handlers;
    }

    @Override
    public synchronized JsonNode invoke(String resource, JsonNode arguments, TaskContext context)
            throws TaskFailedException, InterruptedException {
        String before =
                System.setProperty(ACCESS_KEY, arguments.path("FunctionName").asText());
        try {
            return handlers.invoke(resource, arguments, context);
        } finally {
            System.setProperty(ACCESS_KEY, before);
        }
    }
}
