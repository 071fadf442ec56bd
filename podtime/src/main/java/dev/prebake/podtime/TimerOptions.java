package dev.prebake.podtime;

import java.time.Duration;

/**
 * How to time pods.
 *
 * @param namespace for objects that don't name one
 * @param timeout how long to wait for all pods of a run, and then for their deletion
 * @param forceConflicts whether to take over fields that another manager has applied
 * @param deleteAtEnd whether to delete the last run's pods too
 */
public record TimerOptions(String namespace, Duration timeout, boolean forceConflicts, boolean deleteAtEnd) {}
