package dev.prebake.lab.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.catalogue.Artifacts;
import dev.prebake.catalogue.FunctionEntry;
import dev.prebake.kernel.Json;
import dev.prebake.lab.lambda.FunctionConfiguration;
import dev.prebake.lab.lambda.FunctionProcesses;
import dev.prebake.lab.lambda.InvocationResult;
import dev.prebake.lab.lambda.LambdaException;
import dev.prebake.lab.states.TaskFailedException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Each function's zip in a process of its own, with the memory and the time that the catalogue gives it. Each calls AWS under its
 * own name for an access key, as each has a role of its own on AWS.
 */
final class HandlerProcesses implements FunctionRunner {
    private static final int LEAST_PROCESSES = 4;

    /** What a function's process takes at most, by bench/handlers, and some more. */
    private static final long PROCESS_BYTES = 256L << 20;

    private static final String NO_FILE = "/dev/null";

    private final Artifacts artifacts;
    private final Supplier<URI> endpoint;
    private final FunctionProcesses processes;

    /**
     * @param artifacts the functions' zips
     * @param folder where they are unpacked and have their logs
     * @param endpoint where they reach AWS
     */
    HandlerProcesses(Artifacts artifacts, Path folder, Supplier<URI> endpoint) {
        this.artifacts = artifacts;
        this.endpoint = endpoint;
        // A quarter of the machine: enough on most for all functions of the workflow to stay warm, as on Lambda.
        long limit = memoryBytes() / 4 / PROCESS_BYTES;
        processes = new FunctionProcesses(folder, (int) Math.max(LEAST_PROCESSES, limit));
    }

    @Override
    public JsonNode run(FunctionEntry function, JsonNode event) throws TaskFailedException, InterruptedException {
        InvocationResult result;
        try {
            result = processes.invoke(configuration(function), Json.mapper().writeValueAsBytes(event));
            JsonNode payload = Json.mapper().readTree(result.payload());
            if (result.failed()) {
                throw new TaskFailedException(
                        payload.path("errorType").asText("Lambda.Unknown"),
                        new String(result.payload(), StandardCharsets.UTF_8));
            }
            return payload;
        } catch (LambdaException | IOException e) {
            throw new TaskFailedException("Lambda.AWSLambdaException", e.getMessage());
        }
    }

    @Override
    public void close() {
        processes.close();
    }

    private static long memoryBytes() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
    }

    private FunctionConfiguration configuration(FunctionEntry function) {
        return new FunctionConfiguration(
                function.name(),
                LambdaContext.arn(function),
                function.handler(),
                artifacts.zip(function),
                function.memoryMiB(),
                Duration.ofSeconds(function.timeoutSeconds()),
                // The user's own settings don't count there.
                Map.of(
                        "AWS_REGION",
                        Account.REGION,
                        "AWS_DEFAULT_REGION",
                        Account.REGION,
                        "AWS_ACCESS_KEY_ID",
                        function.name(),
                        "AWS_SECRET_ACCESS_KEY",
                        Lab.SECRET_ACCESS_KEY,
                        "AWS_ENDPOINT_URL",
                        endpoint.get().toString(),
                        "AWS_CONFIG_FILE",
                        NO_FILE,
                        "AWS_SHARED_CREDENTIALS_FILE",
                        NO_FILE));
    }
}
