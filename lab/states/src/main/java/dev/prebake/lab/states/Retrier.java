package dev.prebake.lab.states;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When and how often a failed task is tried again.
 *
 * @param interval the first delay
 * @param maxAttempts how many times to try again; 0 for never
 * @param backoffRate by what each delay is longer than the one before it, 1 or more
 * @param maxDelay what no delay exceeds; null for no limit
 * @param fullJitter whether a delay is drawn evenly from 0 to what it would be
 */
record Retrier(
        List<String> errorEquals,
        Duration interval,
        int maxAttempts,
        double backoffRate,
        @Nullable Duration maxDelay,
        boolean fullJitter) {

    /**
     * How long to wait before a retry.
     *
     * @param retriesBefore how many retries this retrier has given before
     */
    Duration delay(int retriesBefore, RandomGenerator random) {
        double limit = maxDelay == null ? Limits.MAX_SECONDS : maxDelay.toSeconds();
        double seconds = Math.min(interval.toSeconds() * Math.pow(backoffRate, retriesBefore), limit);
        if (fullJitter) {
            seconds *= random.nextDouble();
        }
        return Duration.ofMillis(Math.round(seconds * 1000));
    }
}
