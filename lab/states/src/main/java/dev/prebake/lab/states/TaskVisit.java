package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.prebake.lab.clock.LabClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A visit to a Task state: its attempts, and what its Retry and Catch make of their failures. */
final class TaskVisit {
    private final State.TaskState task;
    private final Visit visit;
    private final ExecutionIdentity identity;
    private final LabClock clock;
    private final TaskInvoker invoker;
    private final RandomGenerator random;
    private final Waits waits;
    private final String resourceType;
    private final String resource;

    TaskVisit(
            State.TaskState task,
            Visit visit,
            ExecutionIdentity identity,
            LabClock clock,
            TaskInvoker invoker,
            RandomGenerator random,
            Waits waits) {
        this.task = task;
        this.visit = visit;
        this.identity = identity;
        this.clock = clock;
        this.invoker = invoker;
        this.random = random;
        this.waits = waits;
        // arn:aws:states:::lambda:invoke is the service "lambda" and its action "invoke".
        String integration = task.resource().substring(task.resource().indexOf(":::") + 3);
        this.resourceType = integration.substring(0, integration.lastIndexOf(':'));
        this.resource = integration.substring(integration.lastIndexOf(':') + 1);
    }

    Transition run() throws StateFailedException, HistoryFullException, ExecutionStoppedException {
        int[] retries = new int[task.retry().size()];
        for (int retryCount = 0; ; retryCount++) {
            Scope scope = visit.scope(retryCount);
            try {
                JsonNode result = attempt(retryCount, scope);
                JsonNode output =
                        visit.leave("", task.handover(), scope.with("result", result, clock.instant()), result);
                return new Transition(task.next(), output);
            } catch (StateFailedException e) {
                Duration delay = delayBeforeRetry(e, retries);
                if (delay == null) {
                    return caught(e, scope);
                }
                waits.until(clock.instant().plus(delay));
            }
        }
    }

    private JsonNode attempt(int retryCount, Scope scope)
            throws StateFailedException, HistoryFullException, ExecutionStoppedException {
        JsonNode arguments =
                task.arguments() == null ? visit.input() : visit.evaluate("Arguments", task.arguments(), scope);
        Long timeoutSeconds = task.timeoutSeconds() == null
                ? null
                : Long.valueOf(visit.seconds("TimeoutSeconds", task.timeoutSeconds(), 1, scope));
        Payload.check(task.name(), arguments);
        Instant due = timeoutSeconds == null ? Instant.MAX : clock.instant().plusSeconds(timeoutSeconds);
        visit.record(
                HistoryEventType.TASK_SCHEDULED,
                new HistoryDetails.TaskScheduled(resourceType, resource, identity.region(), arguments, timeoutSeconds));
        visit.record(HistoryEventType.TASK_STARTED, new HistoryDetails.TaskStarted(resourceType, resource));
        Duration timeout = timeoutSeconds == null ? null : Duration.ofSeconds(timeoutSeconds);
        var context = new TaskContext(identity, task.name(), retryCount, timeout);
        Invocation invocation =
                Invocation.start(clock, invoker, task.resource(), arguments, context, waits::somethingIsDone);
        try {
            waits.until(() -> invocation.result() != null, due);
        } catch (ExecutionStoppedException | RuntimeException | Error e) {
            invocation.interrupt();
            throw e;
        }
        return switch (invocation.result()) {
            case null -> {
                invocation.interrupt();
                throw failed(HistoryEventType.TASK_TIMED_OUT, ErrorNames.TIMEOUT, null);
            }
            case Invocation.Result.Succeeded(JsonNode output) -> succeeded(output);
            case Invocation.Result.Failed(String error, String cause) ->
                throw failed(HistoryEventType.TASK_FAILED, error, cause);
        };
    }

    private JsonNode succeeded(JsonNode output) throws StateFailedException, HistoryFullException {
        try {
            Payload.check(resourceType, output);
        } catch (StateFailedException e) {
            throw failed(HistoryEventType.TASK_FAILED, e.error(), e.errorCause());
        }
        visit.record(HistoryEventType.TASK_SUCCEEDED, new HistoryDetails.TaskSucceeded(resourceType, resource, output));
        return output;
    }

    private StateFailedException failed(HistoryEventType type, String error, @Nullable String cause)
            throws HistoryFullException {
        visit.record(type, new HistoryDetails.TaskFailed(resourceType, resource, error, cause));
        return new StateFailedException(error, cause);
    }

    /** How long to wait before the next attempt; null when there is none. */
    private @Nullable Duration delayBeforeRetry(StateFailedException failure, int[] retries) {
        for (int i = 0; i < retries.length; i++) {
            Retrier retrier = task.retry().get(i);
            if (ErrorNames.match(retrier.errorEquals(), failure.error())) {
                // The first that matches decides, even when its attempts are used up.
                return retries[i] < retrier.maxAttempts() ? retrier.delay(retries[i]++, random) : null;
            }
        }
        return null;
    }

    private Transition caught(StateFailedException failure, Scope scope)
            throws StateFailedException, HistoryFullException {
        List<Catcher> catchers = task.catchers();
        for (int i = 0; i < catchers.size(); i++) {
            Catcher catcher = catchers.get(i);
            if (ErrorNames.match(catcher.errorEquals(), failure.error())) {
                String cause = failure.errorCause();
                JsonNode errorOutput = JsonNodeFactory.instance
                        .objectNode()
                        .put("Error", failure.error())
                        .put("Cause", cause == null ? "" : cause);
                JsonNode output = visit.leave(
                        "Catch[" + i + "]/",
                        catcher.handover(),
                        scope.with("errorOutput", errorOutput, clock.instant()),
                        errorOutput);
                return new Transition(catcher.next(), output);
            }
        }
        throw failure;
    }
}
