package dev.prebake.lab.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** Functions' code, good and bad; the tests make a zip of it. */
final class Handlers {
    private Handlers() {}

    /** Answers its event, with the process that it ran in. */
    public static final class Echo implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            String event = new String(input.readAllBytes(), StandardCharsets.UTF_8);
            output.write("{\"pid\": %d, \"event\": %s}"
                    .formatted(ProcessHandle.current().pid(), event)
                    .getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Answers what it knows of itself. */
    public static final class Introspection implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            List<String> told = Stream.of(
                            System.getenv("GREETING"),
                            System.getenv("HOME"),
                            System.getenv("LAMBDA_TASK_ROOT"),
                            context.getFunctionName(),
                            context.getInvokedFunctionArn(),
                            Integer.toString(context.getMemoryLimitInMB()),
                            Long.toString(Runtime.getRuntime().maxMemory() >> 20),
                            Boolean.toString(context.getRemainingTimeInMillis() > 0))
                    .map(value -> "\"" + value + "\"")
                    .toList();
            output.write(told.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Fails with an exception of its own. */
    public static final class Failing implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) {
            throw new IllegalStateException("no such \"image\"\n");
        }
    }

    /** Can't be made. */
    public static final class Unmakable implements RequestStreamHandler {
        /** Fails. */
        public Unmakable() {
            throw new UnsupportedOperationException("not today");
        }

        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) {
            // Never reached.
        }
    }

    /** Ends its process. */
    public static final class Exiting implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) {
            Runtime.getRuntime().halt(3);
        }
    }

    /** Wants more memory than there is. */
    public static final class Greedy implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            byte[] all = new byte[Integer.MAX_VALUE - 8];
            output.write(all.length);
        }
    }

    /** Never ends; says in the file that its event names which process it is. */
    public static final class Endless implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            String file = new String(input.readAllBytes(), StandardCharsets.UTF_8).replace("\"", "");
            Path written = Path.of(file + ".written");
            Files.writeString(written, Long.toString(ProcessHandle.current().pid()));
            Files.move(written, Path.of(file));
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
