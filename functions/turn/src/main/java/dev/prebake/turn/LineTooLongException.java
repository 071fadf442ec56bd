package dev.prebake.turn;

import dev.prebake.kernel.PrebakeException;

/** More executions of a cache stand in line than SSM's history can tell of. */
public final class LineTooLongException extends PrebakeException {
    /** Makes the error for a line of which the first known execution has an ARN. */
    LineTooLongException(AwaitTurnRequest request, long ahead, String firstArn) {
        super("Standing in line for the cache " + request.cacheName() + " was refused: " + ahead
                + " executions are before this one in " + request.parameterName() + ", of whose versions SSM keeps "
                + AwaitTurnHandler.VERSIONS + "; first " + firstArn
                + ". Nothing was baked or published. Start fewer executions of one cache, stop those that aren't needed"
                + " (aws stepfunctions stop-execution), and start the workflow again.");
    }
}
