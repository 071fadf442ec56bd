package dev.prebake.lab.cloud;

/**
 * A call that a function made.
 *
 * @param function name of the function that called; an access key for whoever else did
 * @param action service and operation as policies name them, {@code ec2:RunInstances}
 * @param occurrence which of the function's calls of it, from 1
 */
public record ObservedCall(String function, String action, int occurrence) {
    @Override
    public String toString() {
        return function + " " + action + (occurrence == 1 ? "" : " #" + occurrence);
    }
}
