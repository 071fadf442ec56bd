package dev.prebake.lab.lambda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A function's log: what its processes write, and after each invocation Lambda's own line about it
 * (https://docs.aws.amazon.com/lambda/latest/dg/java-logging.html).
 *
 * @param file where it is
 */
record FunctionLog(Path file) {
    private static final double NANOS_PER_MILLI = 1e6;

    /** Has a process write here. */
    void takeOutputOf(ProcessBuilder builder) {
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(file.toFile()));
    }

    /**
     * Reports an invocation.
     *
     * @param duration how long it took, without the initialization
     * @param peakMiB the most memory that its process has had, in MiB
     * @param init how long the initialization took that came before; absent in a warm environment
     */
    void report(String requestId, Duration duration, int memoryMiB, long peakMiB, @Nullable Duration init) {
        Duration billed = init == null ? duration : duration.plus(init);
        String line = String.format(
                Locale.ROOT,
                "REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %.0f ms\tMemory Size: %d MB\tMax Memory Used: %d MB%s%n",
                requestId,
                millis(duration),
                Math.ceil(millis(billed)),
                memoryMiB,
                peakMiB,
                init == null ? "" : String.format(Locale.ROOT, "\tInit Duration: %.2f ms", millis(init)));
        try {
            Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new LambdaException("Writing to the function's log " + file + " failed: " + e, e);
        }
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / NANOS_PER_MILLI;
    }
}
