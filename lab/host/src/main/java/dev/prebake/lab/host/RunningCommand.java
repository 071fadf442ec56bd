package dev.prebake.lab.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A program that runs in a machine, with every process it started. */
public final class RunningCommand {
    /** Every process of a command carries this variable, so that the whole tree can be found when it has to end. */
    static final String MARKER = "PREBAKE_COMMAND";

    /** How long output may still come after the program's end, from children that hold its streams open. */
    private static final Duration OUTPUT_LINGERS = Duration.ofSeconds(2);

    private final Process process;

    /** Whether our child is nsenter, which must see its program end to pass the exit code on. */
    private final boolean entered;

    private final String marker;
    private final CompletableFuture<Integer> exit;

    private RunningCommand(Process process, boolean entered, String marker, CompletableFuture<Integer> exit) {
        this.process = process;
        this.entered = entered;
        this.marker = marker;
        this.exit = exit;
    }

    /** Starts what the builder describes; its environment must hold {@link #MARKER} with the value {@code marker}. */
    static RunningCommand start(ProcessBuilder builder, boolean entered, String marker, Command command)
            throws IOException {
        Process process = builder.start();
        Thread.ofPlatform().daemon().start(() -> feed(process, command.stdin()));
        CompletableFuture<Void> out = pump(process.getInputStream(), command.stdout());
        CompletableFuture<Void> err = pump(process.getErrorStream(), command.stderr());
        CompletableFuture<Integer> exit = process.onExit().thenCompose(ended -> {
            CompletableFuture<Void> output = CompletableFuture.allOf(out, err);
            // A child that went on in the background may hold the streams open for ever.
            return output.completeOnTimeout(null, OUTPUT_LINGERS.toMillis(), TimeUnit.MILLISECONDS)
                    .thenApply(nothing -> ended.exitValue());
        });
        return new RunningCommand(process, entered, marker, exit);
    }

    private static void feed(Process process, String stdin) {
        try (var in = process.getOutputStream()) {
            in.write(stdin.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // The program ended or closed its input before it had read everything: that is its right.
        }
    }

    private static CompletableFuture<Void> pump(InputStream stream, Consumer<String> lines) {
        var done = new CompletableFuture<Void>();
        Thread.ofPlatform().daemon().start(() -> {
            try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    lines.accept(line);
                }
                done.complete(null);
            } catch (IOException e) {
                // The stream was closed under us because the process was killed: what came before counts.
                done.complete(null);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /**
     * Waits for the program's end and the last of its output.
     *
     * @return its exit code; 128 plus the signal's number when a signal ended it
     * @throws DataPlaneException when the waiting thread is interrupted
     */
    public int await() {
        try {
            return exit.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataPlaneException("Interrupted while waiting for process " + process.pid(), e);
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    /**
     * Waits for the program's end, but not for ever.
     *
     * @param limit how long
     * @return whether it has ended
     */
    public boolean await(Duration limit) {
        try {
            exit.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataPlaneException("Interrupted while waiting for process " + process.pid(), e);
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    private static RuntimeException failure(ExecutionException e) {
        return new CompletionException("A reader of a program's output failed", e.getCause());
    }

    /**
     * Its end.
     *
     * @return completes with the exit code, once the output has been handed over
     */
    public CompletableFuture<Integer> exit() {
        return exit.copy();
    }

    /**
     * Whether the program runs.
     *
     * @return false once it has ended
     */
    public boolean running() {
        return process.isAlive();
    }

    /**
     * Ends the program and everything it started: SIGTERM first, so that a script can clean up after itself, SIGKILL to
     * what is left after {@code grace}.
     *
     * @param grace how long to wait between the two
     */
    public void kill(Duration grace) {
        ProcessTable.withVariable(MARKER, marker).stream()
                .filter(found -> !(entered && found.pid() == process.pid()))
                .forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + grace.toNanos();
        while (System.nanoTime() < deadline
                && !ProcessTable.withVariable(MARKER, marker).isEmpty()) {
            Pause.briefly();
        }
        ProcessTable.withVariable(MARKER, marker).forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
