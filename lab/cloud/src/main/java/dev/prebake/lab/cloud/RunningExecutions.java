package dev.prebake.lab.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.states.Execution;
import dev.prebake.lab.states.ExecutionOutcome;
import dev.prebake.lab.states.HistoryEvent;
import dev.prebake.lab.states.HistoryListener;
import dev.prebake.lab.states.Interpreter;
import dev.prebake.lab.states.Redrive;
import dev.prebake.lab.states.StateMachine;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** The executions that run now, by their ARNs. What they do is written as they do it; once they have ended, only files know them. */
final class RunningExecutions {
    private final Interpreter interpreter;
    private final HistoryListener listener;
    private final ExecutorService threads;
    private final Map<String, Running> running = new ConcurrentHashMap<>();

    RunningExecutions(Interpreter interpreter, HistoryListener listener, ExecutorService threads) {
        this.interpreter = interpreter;
        this.listener = listener;
        this.threads = threads;
    }

    /**
     * One that runs, or has just ended.
     *
     * @param begun what the home has of it since it was started
     * @param written completes when the home has its end
     */
    private record Running(Execution execution, StoredExecution begun, CompletableFuture<Void> written) {
        StoredExecution now() {
            return execution.outcome().map(this::ended).orElse(begun);
        }

        private StoredExecution ended(ExecutionOutcome end) {
            return begun.ended(end.status(), end.output(), end.error(), end.cause(), end.stoppedAt());
        }
    }

    /** What is known of one that runs or has just ended; empty for any other. */
    Optional<StoredExecution> find(String arn) {
        return Optional.ofNullable(running.get(arn)).map(Running::now);
    }

    StoredExecution start(LabMachine machine, String name, JsonNode input) {
        HistoryFile history = machine.executions().history(name);
        Execution execution = interpreter.start(
                machine.definition(), machine.identity(name, machine.revision()), input, event -> seen(history, event));
        StoredExecution begun = new StoredExecution(
                name,
                input,
                execution.status(),
                null,
                null,
                null,
                execution.startedAt(),
                null,
                machine.revision(),
                null,
                null);
        run(machine, execution, begun, history);
        return begun;
    }

    /** Goes on with one that ended without success. */
    StoredExecution redrive(
            LabMachine machine, StateMachine definition, MachineRevision revision, StoredExecution ended, Instant at) {
        HistoryFile history = machine.executions().history(ended.name());
        List<HistoryEvent> past = history.read();
        StoredExecution begun = ended.redriven(at);
        Execution execution = interpreter.redrive(
                definition,
                machine.identity(ended.name(), revision),
                ended.input(),
                new Redrive(ended.startedAt(), at, begun.redriveCount(), past),
                event -> seen(history, event));
        run(machine, execution, begun, history);
        return begun;
    }

    /** Waits for the home to have the end of one that has ended. */
    void awaitWritten(String arn) {
        Running one = running.get(arn);
        if (one != null && one.execution().outcome().isPresent()) {
            one.written().join();
        }
    }

    /** Aborts one if it runs, and returns when it has ended. */
    void abort(String arn, @Nullable String error, @Nullable String cause) {
        Running one = running.get(arn);
        if (one == null) {
            return;
        }
        try {
            one.execution().abort(error, cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("Interrupted while stopping execution " + arn + ".", e);
        }
    }

    /** Aborts those of a machine, and returns when their ends are written. */
    void abortAll(String machineArn, @Nullable String error, @Nullable String cause) {
        List<Running> those = running.values().stream()
                .filter(one -> one.execution().identity().stateMachineArn().equals(machineArn))
                .toList();
        those.forEach(one -> abort(one.execution().identity().executionArn(), error, cause));
        those.forEach(one -> one.written().join());
    }

    /** Aborts whatever still runs. */
    void close() {
        for (Running one : running.values()) {
            try {
                one.execution().abort("Lab.Closed", "The lab was closed while the execution ran.");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void run(LabMachine machine, Execution execution, StoredExecution begun, HistoryFile history) {
        String arn = execution.identity().executionArn();
        Running one = new Running(execution, begun, new CompletableFuture<>());
        machine.executions().save(begun);
        running.put(arn, one);
        threads.execute(() -> {
            try {
                execution.run();
                machine.executions().save(one.now());
            } finally {
                try {
                    history.close();
                } finally {
                    running.remove(arn);
                    one.written().complete(null);
                }
            }
        });
    }

    private void seen(HistoryFile history, HistoryEvent event) {
        try {
            history.append(event);
        } finally {
            // Who waits for the end hears of it, even where it can't be written down.
            listener.happened(event);
        }
    }
}
