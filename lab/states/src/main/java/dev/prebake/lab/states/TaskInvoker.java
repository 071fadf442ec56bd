package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;

/** Carries out tasks. */
@FunctionalInterface
public interface TaskInvoker {

    /**
     * Carries out one attempt at a task, on a thread of its own that takes part in the lab's clock. When the attempt's
     * time is up or the execution is aborted, the thread is interrupted; what it gives after that goes nowhere.
     *
     * @param resource the integration's ARN, such as {@code arn:aws:states:::lambda:invoke}
     * @param arguments what the state's Arguments evaluate to
     * @return the result, as the service answers
     * @throws TaskFailedException when the task fails; any other exception fails it as {@code States.TaskFailed}
     * @throws InterruptedException when it gave up because it was interrupted
     */
    JsonNode invoke(String resource, JsonNode arguments, TaskContext context)
            throws TaskFailedException, InterruptedException;
}
