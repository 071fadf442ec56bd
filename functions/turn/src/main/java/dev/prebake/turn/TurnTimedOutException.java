package dev.prebake.turn;

import dev.prebake.kernel.PrebakeException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An execution's turn hasn't come for longer than any other may take. */
public final class TurnTimedOutException extends PrebakeException {
    /** Makes the error for the place in line at the deadline. */
    TurnTimedOutException(AwaitTurnRequest request, Duration waited, @Nullable Turn turn, LineExecutions executions) {
        super("Waiting for other executions of the cache " + request.cacheName() + " ended after " + waited.toHours()
                + " h: "
                + (turn == null
                        ? "SSM doesn't show this one's ticket in the history of " + request.parameterName()
                                + ". Look whether somebody deletes that parameter"
                        : executions.arn(turn.ahead().getFirst()) + " still runs"
                                + (turn.ahead().size() == 1
                                        ? ""
                                        : ", and " + (turn.ahead().size() - 1) + " more are before this one")
                                + ". Look into that execution's history, and stop it (aws stepfunctions stop-execution)"
                                + " if it hangs")
                + ". Nothing was baked or published here; start the workflow again.");
    }
}
