package dev.prebake.lab.cloud;

import java.time.Instant;

/**
 * A time at which a schedule invokes its target.
 *
 * @param scheduledAt the time that its expression says
 * @param invokedAt when the target is invoked: later in a flexible window, or when it has been tried before
 * @param attempt which attempt that is, from 1
 */
record Firing(Instant scheduledAt, Instant invokedAt, int attempt) {}
