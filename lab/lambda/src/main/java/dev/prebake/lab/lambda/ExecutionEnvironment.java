package dev.prebake.lab.lambda;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A function's process with its Runtime API. It serves one invocation at a time; what a timeout or an exit cut short serves no
 * more (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
 */
final class ExecutionEnvironment implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int KIB_PER_MIB = 1024;

    /** After which Lambda initializes once more, in the invocation's own time. */
    private static final Duration LONGEST_INIT = Duration.ofSeconds(10);

    private static final int SIGNALLED = 128;
    private static final Map<Integer, String> SIGNALS =
            Map.of(6, "aborted", 9, "killed", 11, "segmentation fault", 15, "terminated");

    private final FunctionConfiguration function;
    private final FunctionLog log;
    private final BlockingQueue<RuntimeEvent> events = new LinkedBlockingQueue<>();
    private final RuntimeApi api;
    private final Process process;
    private final long started = System.nanoTime();
    private boolean initialized;

    /** Starts the process, and doesn't wait for it. */
    ExecutionEnvironment(FunctionConfiguration function, JavaRuntime runtime, Path taskRoot, FunctionLog log)
            throws InterruptedException {
        this.function = function;
        this.log = log;
        try {
            api = new RuntimeApi(function.name(), events);
            process = start(runtime, taskRoot);
        } catch (IOException e) {
            throw new LambdaException("Starting a process for function " + function.name() + " failed: " + e, e);
        }
        var _ = process.onExit().thenAccept(ended -> events.add(new RuntimeEvent.Exited(ended.exitValue())));
    }

    String functionName() {
        return function.name();
    }

    /** Whether it can serve another invocation. */
    boolean alive() {
        return process.isAlive();
    }

    /** Serves an invocation, to the end of which this thread waits. An interrupt ends the process. */
    InvocationResult invoke(byte[] payload) throws InterruptedException {
        String requestId = UUID.randomUUID().toString();
        @Nullable Duration init = null;
        long began = initialized ? System.nanoTime() : started;
        @Nullable InvocationResult failure = null;
        try {
            if (!initialized) {
                failure = initialize(requestId);
                init = since(began);
                began = System.nanoTime();
            }
            return failure == null ? serve(requestId, payload) : failure;
        } catch (InterruptedException e) {
            close();
            throw e;
        } finally {
            log.report(requestId, since(began), function.memoryMiB(), peakMiB(), init);
        }
    }

    /** Waits until the runtime asks for work; what went wrong otherwise. */
    private @Nullable InvocationResult initialize(String requestId) throws InterruptedException {
        @Nullable RuntimeEvent event = events.poll(LONGEST_INIT.plus(function.timeout()).toMillis(), TimeUnit.MILLISECONDS);
        return switch (event) {
            case RuntimeEvent.Ready _ -> {
                initialized = true;
                yield null;
            }
            case RuntimeEvent.NotInitialized(InvocationResult error) -> {
                close();
                yield error;
            }
            case RuntimeEvent.Exited(int status) -> exited(requestId, status);
            case RuntimeEvent.Answered _ -> throw outOfOrder("answered before any invocation");
            case null -> timedOut(requestId);
        };
    }

    private InvocationResult serve(String requestId, byte[] payload) throws InterruptedException {
        Instant deadline = Instant.now().plus(function.timeout());
        api.invoke(new RuntimeApi.Invocation(requestId, function.arn(), deadline, payload));
        @Nullable InvocationResult result = null;
        while (true) {
            long left = Duration.between(Instant.now(), deadline).toMillis();
            @Nullable RuntimeEvent event = events.poll(Math.max(0, left), TimeUnit.MILLISECONDS);
            switch (event) {
                case RuntimeEvent.Answered(String id, InvocationResult answer) -> {
                    if (!id.equals(requestId)) {
                        throw outOfOrder("answered " + id + " and not " + requestId);
                    }
                    result = answer;
                }
                // Only now is the runtime done with it, and fit for another.
                case RuntimeEvent.Ready _ -> {
                    if (result == null) {
                        throw outOfOrder("asked for more without an answer to " + requestId);
                    }
                    return result;
                }
                case RuntimeEvent.Exited(int status) -> {
                    return result == null ? exited(requestId, status) : result;
                }
                case RuntimeEvent.NotInitialized _ -> throw outOfOrder("failed to initialize in " + requestId);
                case null -> {
                    return timedOut(requestId);
                }
            }
        }
    }

    private LambdaException outOfOrder(String what) {
        return new LambdaException(
                "The runtime of function " + function.name() + " " + what + "; its log is " + log.file() + ".", null);
    }

    private InvocationResult timedOut(String requestId) {
        close();
        double seconds = function.timeout().toMillis() / 1e3;
        return error(
                "Sandbox.Timedout",
                requestId,
                String.format(Locale.ROOT, "Task timed out after %.2f seconds", seconds));
    }

    private InvocationResult exited(String requestId, int status) {
        String how;
        if (status == 0) {
            how = "Runtime exited without providing a reason";
        } else if (status > SIGNALLED) {
            String signal = SIGNALS.getOrDefault(status - SIGNALLED, "signal " + (status - SIGNALLED));
            how = "Runtime exited with error: signal: " + signal;
        } else {
            how = "Runtime exited with error: exit status " + status;
        }
        return error("Runtime.ExitError", requestId, how);
    }

    /** An error that is Lambda's own and not the function's, in Lambda's words. */
    private static InvocationResult error(String type, String requestId, String message) {
        String json = JSON.createObjectNode()
                .put("errorType", type)
                .put("errorMessage", "RequestId: " + requestId + " Error: " + message)
                .toString();
        return new InvocationResult(true, json.getBytes(StandardCharsets.UTF_8));
    }

    /** Ends the process, and waits until it has ended. */
    @Override
    public void close() {
        process.destroyForcibly();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        api.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Process start(JavaRuntime runtime, Path taskRoot) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder();
        log.takeOutputOf(builder);
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(function.environment());
        // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
        environment.putAll(Map.of(
                "_HANDLER",
                function.handler(),
                "AWS_EXECUTION_ENV",
                "AWS_Lambda_java" + Runtime.version().feature(),
                "AWS_LAMBDA_FUNCTION_NAME",
                function.name(),
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                Integer.toString(function.memoryMiB()),
                "AWS_LAMBDA_FUNCTION_VERSION",
                "$LATEST",
                "AWS_LAMBDA_INITIALIZATION_TYPE",
                "on-demand",
                "AWS_LAMBDA_LOG_GROUP_NAME",
                "/aws/lambda/" + function.name(),
                "AWS_LAMBDA_LOG_STREAM_NAME",
                "[$LATEST]" + UUID.randomUUID(),
                "AWS_LAMBDA_RUNTIME_API",
                api.address(),
                "LAMBDA_TASK_ROOT",
                taskRoot.toString()));
        environment.putAll(Map.of("TZ", ":UTC", "LANG", "en_US.UTF-8", "PATH", "/usr/local/bin:/usr/bin:/bin"));
        return runtime.start(function, taskRoot, builder);
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }

    /** The most memory that the process has had, in MiB; 0 when it has ended. */
    private long peakMiB() {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / KIB_PER_MIB)
                    .findFirst()
                    .orElse(0);
        } catch (IOException _) {
            return 0;
        }
    }
}
