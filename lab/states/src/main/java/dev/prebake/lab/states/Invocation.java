package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.clock.Activity;
import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.clock.Participant;
import org.jspecify.annotations.Nullable;

/** One attempt at a task, on a thread of its own. */
final class Invocation {
    /** How it ended. */
    sealed interface Result {
        record Succeeded(JsonNode output) implements Result {}

        record Failed(String error, @Nullable String cause) implements Result {}
    }

    /** Keeps the clock from jumping until the thread has joined. */
    private final Activity starting;

    private final Thread thread;
    private volatile @Nullable Result result;

    private Invocation(
            LabClock clock,
            TaskInvoker invoker,
            String resource,
            JsonNode arguments,
            TaskContext context,
            Runnable whenDone) {
        String what = context.stateName() + " of " + context.execution().executionName();
        starting = clock.begin(what);
        thread = Thread.ofPlatform().daemon().name(what).unstarted(() -> {
            try (Participant _ = clock.join(what)) {
                starting.close();
                result = invoke(invoker, resource, arguments, context);
                whenDone.run();
            }
        });
    }

    /** @param whenDone called on the invocation's thread when there is a result */
    static Invocation start(
            LabClock clock,
            TaskInvoker invoker,
            String resource,
            JsonNode arguments,
            TaskContext context,
            Runnable whenDone) {
        var invocation = new Invocation(clock, invoker, resource, arguments, context, whenDone);
        try {
            invocation.thread.start();
        } catch (Error e) {
            // The host has no thread left: time goes on without it.
            invocation.starting.close();
            throw e;
        }
        return invocation;
    }

    @Nullable Result result() {
        return result;
    }

    /** Asks it to give up; it isn't waited for, as AWS doesn't wait for a function whose task has timed out. */
    void interrupt() {
        thread.interrupt();
    }

    private static Result invoke(TaskInvoker invoker, String resource, JsonNode arguments, TaskContext context) {
        try {
            return new Result.Succeeded(invoker.invoke(resource, arguments, context));
        } catch (TaskFailedException e) {
            return new Result.Failed(e.error(), e.errorCause());
        } catch (InterruptedException | RuntimeException | Error e) {
            return new Result.Failed(ErrorNames.TASK_FAILED, e.toString());
        }
    }
}
