package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.clock.Participant;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One run of a state machine. It goes on while a thread is in {@link #run}; everything else may be called from any. */
public final class Execution {
    private static final Logger LOG = System.getLogger(Execution.class.getName());

    private final StateMachine machine;
    private final ExecutionIdentity identity;
    private final JsonNode input;
    private final LabClock clock;
    private final TaskInvoker invoker;
    private final RandomGenerator random;
    private final Instant startedAt;
    private final History history;
    private final @Nullable Redrive redrive;
    private final StandingPoint from;
    private final Variables variables;
    private final ContextObject context;
    private final Waits waits;
    private final CountDownLatch ended = new CountDownLatch(1);
    private String stateName = "ExecutionStarted";
    private @Nullable Thread runner;
    private @Nullable Abortion abortion;
    private volatile @Nullable ExecutionOutcome outcome;

    private record Abortion(
            @Nullable String error, @Nullable String cause) {}

    Execution(
            StateMachine machine,
            ExecutionIdentity identity,
            JsonNode input,
            LabClock clock,
            TaskInvoker invoker,
            RandomGenerator random,
            HistoryListener listener,
            @Nullable Redrive redrive) {
        this.machine = machine;
        this.identity = identity;
        this.input = input;
        this.clock = clock;
        this.invoker = invoker;
        this.random = random;
        this.redrive = redrive;
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        this.startedAt = redrive == null ? now : redrive.startedAt();
        List<HistoryEvent> past = redrive == null ? List.of() : redrive.past();
        this.from = StandingPoint.after(past, machine, input);
        this.variables = new Variables(from.variables());
        this.history = new History(listener, past);
        this.context = new ContextObject(identity, input, startedAt, redrive);
        this.waits = new Waits(clock, machine.timeout() == null ? Instant.MAX : now.plus(machine.timeout()));
    }

    public ExecutionIdentity identity() {
        return identity;
    }

    public JsonNode input() {
        return input;
    }

    /** When it started, in lab time, to the millisecond. */
    public Instant startedAt() {
        return startedAt;
    }

    public ExecutionStatus status() {
        ExecutionOutcome end = outcome;
        return end == null ? ExecutionStatus.RUNNING : end.status();
    }

    /** How it ended; empty while it runs. */
    public Optional<ExecutionOutcome> outcome() {
        return Optional.ofNullable(outcome);
    }

    /** What has happened so far, oldest first. */
    public List<HistoryEvent> history() {
        return history.snapshot();
    }

    /**
     * Runs the execution to its end on this thread, which takes part in the lab's clock meanwhile. Interrupting the
     * thread aborts the execution, and leaves the thread interrupted.
     *
     * <p>There is always an end: an exception in the interpreter or in the listener fails the execution with {@code
     * States.Runtime}, and its cause says where and what.
     *
     * @throws IllegalStateException when it has been run before
     */
    public ExecutionOutcome run() {
        synchronized (this) {
            if (runner != null) {
                throw new IllegalStateException("Tried to run execution '" + identity.executionName()
                        + "' a second time; an execution runs once: start a new one.");
            }
            runner = Thread.currentThread();
        }
        try (Participant _ = clock.join("execution " + identity.executionName())) {
            ExecutionOutcome end = runToEnd();
            outcome = end;
            return end;
        } finally {
            ended.countDown();
        }
    }

    /**
     * Ends the execution as ABORTED, waking it from a wait and interrupting its task, and returns when it has ended. One
     * that nobody runs yet ends as soon as it is run.
     *
     * @param error the error's name that is given as the reason; null for none
     * @param cause likewise
     * @return whether that was how it ended, or will be; false when it had ended before
     * @throws InterruptedException when the calling thread was interrupted before the execution had ended
     */
    public boolean abort(@Nullable String error, @Nullable String cause) throws InterruptedException {
        Thread running;
        synchronized (this) {
            if (outcome != null) {
                return false;
            }
            if (abortion == null) {
                abortion = new Abortion(error, cause);
            }
            running = runner;
        }
        waits.abort();
        if (running == null || running == Thread.currentThread()) {
            return true;
        }
        ended.await();
        return status() == ExecutionStatus.ABORTED;
    }

    private ExecutionOutcome runToEnd() {
        try {
            return end(ExecutionStatus.SUCCEEDED, steps(), null, null);
        } catch (StateFailedException e) {
            return end(ExecutionStatus.FAILED, null, e.error(), e.errorCause());
        } catch (FailStateReachedException e) {
            return end(ExecutionStatus.FAILED, null, e.error(), e.errorCause());
        } catch (HistoryFullException e) {
            return end(ExecutionStatus.FAILED, null, null, e.getMessage());
        } catch (ExecutionStoppedException e) {
            if (e.status() == ExecutionStatus.TIMED_OUT) {
                return end(ExecutionStatus.TIMED_OUT, null, ErrorNames.TIMEOUT, null);
            }
            Abortion why = abortion();
            return end(ExecutionStatus.ABORTED, null, why.error(), why.cause());
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "Execution " + identity.executionName() + " broke in " + stateName + ".", e);
            return end(ExecutionStatus.FAILED, null, ErrorNames.RUNTIME, broken(e));
        }
    }

    private String broken(Throwable e) {
        StackTraceElement[] trace = e.getStackTrace();
        return stateName + ": the lab could not go on with the execution: " + e
                + (trace.length == 0 ? "" : " at " + trace[0])
                + ". This is a defect of the lab, not of the input: start the execution again, and report it with the"
                + " stack trace that the lab has logged.";
    }

    private synchronized Abortion abortion() {
        return abortion == null ? new Abortion(null, "The thread that ran the execution was interrupted.") : abortion;
    }

    private ExecutionOutcome end(
            ExecutionStatus status, @Nullable JsonNode output, @Nullable String error, @Nullable String cause) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        try {
            HistoryDetails details = output == null
                    ? new HistoryDetails.ExecutionStopped(error, cause)
                    : new HistoryDetails.ExecutionSucceeded(output);
            var type = HistoryEventType.valueOf("EXECUTION_" + status.name());
            // On AWS nothing leads to what comes from outside of the states.
            boolean fromOutside = status == ExecutionStatus.ABORTED || status == ExecutionStatus.TIMED_OUT;
            var ignored = history.add(now, type, fromOutside ? 0 : history.lastId(), details);
        } catch (HistoryFullException e) {
            throw new IllegalStateException("The history has no room for the execution's end", e);
        } catch (RuntimeException | Error e) {
            // The end stands in the history, and nothing can follow it there: the listener alone has missed it.
            LOG.log(
                    Level.ERROR,
                    "The listener of execution " + identity.executionName() + " failed at its end, " + status + ".",
                    e);
        }
        return new ExecutionOutcome(status, output, error, cause, startedAt, now);
    }

    private JsonNode steps()
            throws StateFailedException, FailStateReachedException, HistoryFullException, ExecutionStoppedException {
        begin();
        @Nullable String next = from.next();
        JsonNode data = from.data();
        if (from.unfinished() != null && next != null) {
            waits.check();
            stateName = next;
            Transition transition = carryOut(
                    Visit.again(machine.state(next), from.unfinished(), context, variables, history, clock, random));
            next = transition.next();
            data = transition.output();
        }
        while (next != null) {
            waits.check();
            stateName = next;
            Transition transition =
                    carryOut(Visit.enter(machine.state(next), data, context, variables, history, clock, random));
            next = transition.next();
            data = transition.output();
        }
        return data;
    }

    private void begin() throws HistoryFullException {
        if (redrive != null) {
            var ignored = history.add(
                    redrive.at(),
                    HistoryEventType.EXECUTION_REDRIVEN,
                    new HistoryDetails.ExecutionRedriven(redrive.count()));
        }
        if (redrive == null || redrive.past().isEmpty()) {
            var ignored = history.add(
                    startedAt,
                    HistoryEventType.EXECUTION_STARTED,
                    new HistoryDetails.ExecutionStarted(input, identity.roleArn()));
        }
    }

    private Transition carryOut(Visit visit)
            throws StateFailedException, FailStateReachedException, HistoryFullException, ExecutionStoppedException {
        return switch (visit.state()) {
            case State.TaskState task -> new TaskVisit(task, visit, identity, clock, invoker, random, waits).run();
            case State.PassState pass ->
                new Transition(pass.next(), visit.leave("", pass.handover(), visit.scope(), visit.input()));
            case State.ChoiceState choice -> choose(choice, visit);
            case State.WaitState wait -> await(wait, visit);
            case State.SucceedState succeed ->
                new Transition(null, visit.leave("", succeed.handover(), visit.scope(), visit.input()));
            case State.FailState fail -> throw failure(fail, visit);
        };
    }

    private static Transition choose(State.ChoiceState choice, Visit visit)
            throws StateFailedException, HistoryFullException {
        Scope scope = visit.scope();
        for (int i = 0; i < choice.rules().size(); i++) {
            ChoiceRule rule = choice.rules().get(i);
            String path = "Choices[" + i + "]/";
            if (visit.evaluate(path + "Condition", rule.condition(), JsonNodeType.BOOLEAN, scope)
                    .booleanValue()) {
                return new Transition(rule.next(), visit.leave(path, rule.handover(), scope, visit.input()));
            }
        }
        if (choice.defaultNext() == null) {
            throw new StateFailedException(
                    ErrorNames.NO_CHOICE_MATCHED,
                    visit.because("No choice rule matched, and the state has no Default."));
        }
        return new Transition(choice.defaultNext(), visit.leave("", choice.handover(), scope, visit.input()));
    }

    private Transition await(State.WaitState wait, Visit visit)
            throws StateFailedException, HistoryFullException, ExecutionStoppedException {
        Instant due = due(wait, visit, visit.scope());
        waits.until(due);
        return new Transition(wait.next(), visit.leave("", wait.handover(), visit.scope(), visit.input()));
    }

    private Instant due(State.WaitState wait, Visit visit, Scope scope)
            throws StateFailedException, HistoryFullException {
        if (wait.seconds() != null) {
            return clock.instant().plusSeconds(visit.seconds("Seconds", wait.seconds(), 0, scope));
        }
        if (wait.timestamp() == null) {
            throw new IllegalStateException("The Wait state '" + wait.name() + "' has no time");
        }
        String written = visit.evaluate("Timestamp", wait.timestamp(), JsonNodeType.STRING, scope)
                .textValue();
        try {
            return OffsetDateTime.parse(written).toInstant();
        } catch (DateTimeParseException e) {
            throw visit.evaluationFailed(
                    "Timestamp",
                    "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: "
                            + written);
        }
    }

    private static FailStateReachedException failure(State.FailState fail, Visit visit)
            throws StateFailedException, HistoryFullException {
        Scope scope = visit.scope();
        return new FailStateReachedException(
                text(visit, "Error", fail.error(), scope), text(visit, "Cause", fail.cause(), scope));
    }

    private static @Nullable String text(Visit visit, String field, @Nullable Template template, Scope scope)
            throws StateFailedException, HistoryFullException {
        return template == null
                ? null
                : visit.evaluate(field, template, JsonNodeType.STRING, scope).textValue();
    }
}
