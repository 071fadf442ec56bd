package dev.prebake.lab.lambda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs functions in processes of their own. An invocation gets an idle environment of its function, or a new one; there are no
 * more of them than a limit, beyond which the one that is idle for longest makes room, or an invocation waits.
 *
 * <p>None of the processes outlives this, however this one ends.
 */
public final class FunctionProcesses implements AutoCloseable {
    private static final Duration LONGEST_END = Duration.ofSeconds(20);

    private final Path folder;
    private final Path logs;
    private final int limit;
    private final JavaRuntime runtime;
    private final TaskRoots taskRoots;
    // Invocations go on when nobody waits for them any more, as on AWS.
    private final ExecutorService invocations = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("invocation ", 0).daemon().factory());

    /** Last used last. */
    private final ArrayDeque<ExecutionEnvironment> idle = new ArrayDeque<>();

    private final Set<ExecutionEnvironment> busy = new HashSet<>();
    private int starting;
    private boolean closed;

    /**
     * Makes it ready; nothing runs yet.
     *
     * @param folder its own, where the code is unpacked ({@code code}, gone when this closes) and each function has its log
     *     ({@code log/NAME.log}); what an earlier one left of the code there goes
     * @param limit how many processes there may be, from 1
     * @throws LambdaException when the folder can't be written
     */
    public FunctionProcesses(Path folder, int limit) {
        this.folder = folder;
        this.limit = limit;
        logs = folder.resolve("log");
        try {
            deleteCode();
            Files.createDirectories(logs);
            Path code = Files.createDirectories(code());
            taskRoots = new TaskRoots(code);
            runtime = new JavaRuntime(code);
        } catch (IOException e) {
            throw new LambdaException("Preparing " + folder + " for the functions' processes failed: " + e, e);
        }
    }

    /**
     * Invokes a function, and waits for its answer.
     *
     * @param payload the event, JSON
     * @throws LambdaException when the function can't be run; if it runs and fails, that is in the result
     * @throws InterruptedException when the wait is interrupted; the invocation goes on
     */
    public InvocationResult invoke(FunctionConfiguration function, byte[] payload) throws InterruptedException {
        try {
            return invocations.submit(() -> serve(function, payload)).get();
        } catch (RejectedExecutionException _) {
            throw closed(function);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof LambdaException cause
                    ? cause
                    : new LambdaException("Invoking function " + function.name() + " failed: " + e.getCause(), e);
        }
    }

    private InvocationResult serve(FunctionConfiguration function, byte[] payload) throws InterruptedException {
        ExecutionEnvironment environment = acquire(function);
        try {
            return environment.invoke(payload);
        } finally {
            release(environment);
        }
    }

    private ExecutionEnvironment acquire(FunctionConfiguration function) throws InterruptedException {
        synchronized (this) {
            while (true) {
                if (closed) {
                    throw closed(function);
                }
                Optional<ExecutionEnvironment> warm = takeIdle(function.name());
                if (warm.isPresent()) {
                    busy.add(warm.get());
                    return warm.get();
                }
                if (starting + busy.size() + idle.size() < limit) {
                    break;
                }
                if (idle.isEmpty()) {
                    wait();
                } else {
                    idle.removeFirst().close();
                }
            }
            starting++;
        }
        return start(function);
    }

    private static LambdaException closed(FunctionConfiguration function) {
        return new LambdaException("Function " + function.name() + " isn't invoked: the lab has been closed.", null);
    }

    /** The one of the function's idle environments that was used last: the others may be let go. */
    private Optional<ExecutionEnvironment> takeIdle(String functionName) {
        Iterator<ExecutionEnvironment> latest = idle.descendingIterator();
        while (latest.hasNext()) {
            ExecutionEnvironment environment = latest.next();
            if (environment.functionName().equals(functionName)) {
                latest.remove();
                if (environment.alive()) {
                    return Optional.of(environment);
                }
                environment.close();
            }
        }
        return Optional.empty();
    }

    private ExecutionEnvironment start(FunctionConfiguration function) throws InterruptedException {
        Optional<ExecutionEnvironment> started = Optional.empty();
        try {
            started = Optional.of(new ExecutionEnvironment(
                    function,
                    runtime,
                    taskRoots.of(function),
                    new FunctionLog(logs.resolve(function.name() + ".log"))));
            return started.get();
        } finally {
            synchronized (this) {
                starting--;
                started.ifPresent(busy::add);
                if (closed) {
                    started.ifPresent(ExecutionEnvironment::close);
                }
                notifyAll();
            }
        }
    }

    private synchronized void release(ExecutionEnvironment environment) {
        busy.remove(environment);
        if (closed || !environment.alive()) {
            environment.close();
        } else {
            idle.addLast(environment);
        }
        notifyAll();
    }

    /** Ends all processes; invocations that run end with an error. */
    @Override
    public void close() {
        List<ExecutionEnvironment> all;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            all = new ArrayList<>(idle);
            all.addAll(busy);
            idle.clear();
            notifyAll();
        }
        all.forEach(ExecutionEnvironment::close);
        invocations.shutdown();
        runtime.close();
        try {
            // Who was unpacking code is done with it then.
            if (!invocations.awaitTermination(LONGEST_END.toSeconds(), TimeUnit.SECONDS)) {
                throw new LambdaException("Invocations haven't ended " + LONGEST_END + " after their processes.", null);
            }
            deleteCode();
        } catch (InterruptedException _) {
            // The next one over this folder deletes the code.
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new LambdaException("Deleting the functions' unpacked code in " + code() + " failed: " + e, e);
        }
    }

    private Path code() {
        return folder.resolve("code");
    }

    private void deleteCode() throws IOException {
        if (!Files.exists(code())) {
            return;
        }
        try (Stream<Path> files = Files.walk(code())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
