package dev.prebake.catalogue;

/**
 * A function of the workflow.
 *
 * @param name its name, that of its state; the definition calls it {@code ${NAMEFunction}}
 * @param handler its handler's class
 * @param artifact Maven artifact whose zip holds it
 * @param memoryMiB memory to give it, in MiB
 * @param timeoutSeconds its own time-out, below its state's, so that Lambda's error comes before the workflow's
 */
public record FunctionEntry(String name, String handler, String artifact, int memoryMiB, int timeoutSeconds) {}
