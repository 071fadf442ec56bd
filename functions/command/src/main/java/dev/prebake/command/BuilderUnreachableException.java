package dev.prebake.command;

import dev.prebake.kernel.PrebakeException;

/** The builder's SSM agent has fallen silent in the middle of the bake. */
public final class BuilderUnreachableException extends PrebakeException {
    /** Makes the error for what SSM says of the agent. */
    BuilderUnreachableException(BakeCommand command, String agent) {
        super("Waiting for the bake (" + command
                + ") ended: the builder's SSM agent, online when the bake began, is now "
                + agent + ". The instance has ended or lost its network: look at its state reason and its system log."
                + " Start the workflow again.");
    }
}
