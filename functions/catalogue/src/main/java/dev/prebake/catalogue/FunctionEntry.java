package dev.prebake.catalogue;

import org.jspecify.annotations.Nullable;

/**
 * A function.
 *
 * @param name its name; a state's function has the state's, and the definition calls it {@code ${NAMEFunction}}
 * @param handler its handler's class
 * @param artifact Maven artifact whose zip holds it
 * @param memoryMiB memory to give it, in MiB
 * @param timeoutSeconds its own time-out, below its state's, so that Lambda's error comes before the workflow's
 * @param schedule when it runs, as EventBridge writes it; absent for a state's function, which the workflow calls
 */
public record FunctionEntry(
        String name,
        String handler,
        String artifact,
        int memoryMiB,
        int timeoutSeconds,
        @Nullable String schedule) {}
