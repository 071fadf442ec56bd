package dev.prebake.launch;

/**
 * An attempt that EC2 had no capacity for.
 *
 * @param attempt what was asked for
 * @param answer EC2's own words: code, message, request ID
 */
record RefusedAttempt(LaunchAttempt attempt, String answer) {}
