package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.clock.LabClock;
import java.util.random.RandomGenerator;

/** Runs state machines, any number of executions at a time, in one lab's time and with one lab's services. */
public final class Interpreter {
    private final LabClock clock;
    private final TaskInvoker invoker;
    private final RandomGenerator random;

    /**
     * @param clock what waits, timeouts, retries and timestamps go by
     * @param invoker what carries out the tasks
     * @param random what jitter and the expressions' chance come from; safe for as many threads as there are
     *     executions, as {@link java.util.Random} is
     */
    public Interpreter(LabClock clock, TaskInvoker invoker, RandomGenerator random) {
        this.clock = clock;
        this.invoker = invoker;
        this.random = random;
    }

    /**
     * An execution that starts now, and goes on as soon as a thread {@linkplain Execution#run runs} it.
     *
     * @param listener sees each event as it happens
     * @throws IllegalArgumentException when the input is longer than AWS takes: 256 KiB of UTF-8
     */
    public Execution start(StateMachine machine, ExecutionIdentity identity, JsonNode input, HistoryListener listener) {
        long bytes = Payload.bytes(input);
        if (bytes > Limits.PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    "Tried to start execution '%s' with an input of %d bytes; the limit is %d"
                            .formatted(identity.executionName(), bytes, Limits.PAYLOAD_BYTES));
        }
        return new Execution(machine, identity, input, clock, invoker, random, listener, null);
    }

    /**
     * An execution that ended without success and goes on now from the state where it stood, under its own name and with its
     * history. Its time-out and its states' retries begin anew.
     *
     * @param input what it was started with
     * @param redrive what went before
     * @param listener sees each event that is added
     * @see <a href="https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html">Redriving executions</a>
     */
    public Execution redrive(
            StateMachine machine,
            ExecutionIdentity identity,
            JsonNode input,
            Redrive redrive,
            HistoryListener listener) {
        return new Execution(machine, identity, input, clock, invoker, random, listener, redrive);
    }
}
