package dev.prebake.lab.lambda;

/** What a function's runtime did. */
sealed interface RuntimeEvent {
    /** It asked for the next invocation: it is initialized, and done with the last one. */
    record Ready() implements RuntimeEvent {}

    /**
     * It answered an invocation.
     *
     * @param requestId the invocation
     * @param result the answer
     */
    record Answered(String requestId, InvocationResult result) implements RuntimeEvent {}

    /**
     * It couldn't be initialized; it exits next.
     *
     * @param error what it says of that
     */
    record NotInitialized(InvocationResult error) implements RuntimeEvent {}

    /**
     * Its process ended.
     *
     * @param status exit status; beyond 128 by the signal of 128 less
     */
    record Exited(int status) implements RuntimeEvent {}
}
