package dev.prebake.lab.lambda;

/**
 * What came of an invocation, as Lambda's Invoke answers it.
 *
 * @param failed whether the function failed, which Invoke says by {@code FunctionError: Unhandled}
 * @param payload JSON: what the handler wrote, or the error with its {@code errorType} and {@code errorMessage}
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on once, never compared.
public record InvocationResult(boolean failed, byte[] payload) {}
