package dev.prebake.operate;

import java.time.Duration;
import java.util.function.Consumer;
import software.amazon.awssdk.services.sfn.SfnClient;

/** Follows an execution to its end. */
public final class ExecutionFollower {
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    /** Step Functions lets an account read 20 histories a second, all readers together. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final SfnClient states;
    private final Pause pause;

    /** How time passes between two looks. */
    @FunctionalInterface
    interface Pause {
        void sleep(Duration duration) throws InterruptedException;
    }

    /** Makes it over Step Functions. */
    public ExecutionFollower(SfnClient states) {
        this(states, Thread::sleep);
    }

    ExecutionFollower(SfnClient states, Pause pause) {
        this.states = states;
        this.pause = pause;
    }

    /**
     * Follows until the end. Once it has begun, neither a busy AWS nor a lost connection ends it: it looks again, as long as it
     * takes.
     *
     * @param executionArn the execution
     * @param happening told what happens, as it is seen
     * @param trouble told when a look failed, and will be repeated
     */
    public FollowedExecution follow(String executionArn, Consumer<Happening> happening, Consumer<String> trouble) {
        History history = new History(states, executionArn);
        ExecutionTrail trail = new ExecutionTrail();
        trail.add(history.further()).forEach(happening);
        Duration wait = SHORTEST_PAUSE;
        boolean troubled = false;
        while (true) {
            try {
                if (trail.hasEnded()) {
                    Execution execution = Executions.describe(states, executionArn);
                    // Its last event is seen a moment before its status; or it has been redriven since.
                    if (!execution.isRunning()) {
                        return new FollowedExecution(execution, trail.states(), trail.failedAttempts());
                    }
                }
                pause(wait);
                var further = history.further();
                wait = further.isEmpty() ? longer(wait) : SHORTEST_PAUSE;
                trail.add(further).forEach(happening);
                troubled = false;
            } catch (OperateException e) {
                if (!e.isPassing()) {
                    throw e;
                }
                if (!troubled) {
                    trouble.accept(String.valueOf(e.getMessage()));
                }
                troubled = true;
                wait = LONGEST_PAUSE;
            }
        }
    }

    private static Duration longer(Duration wait) {
        Duration longer = wait.plus(SHORTEST_PAUSE);
        return longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }

    private void pause(Duration duration) {
        try {
            pause.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperateException("Interrupted while following the execution, which goes on.", e, false);
        }
    }
}
