package dev.prebake.lab.cloud;

import org.jspecify.annotations.Nullable;

/**
 * What a schedule invokes.
 *
 * @param arn a state machine's, or {@link #UNIVERSAL}
 * @param roleArn kept; the lab asks nobody whether the role may
 * @param input what the target is given, with context attributes; absent for a notification of the schedule
 * @param deadLetterArn kept; the lab has no queues
 * @param maxEventAgeSeconds how old an invocation may become
 * @param maxRetries how often it is tried again
 */
record ScheduleTarget(
        String arn,
        String roleArn,
        @Nullable String input,
        @Nullable String deadLetterArn,
        int maxEventAgeSeconds,
        int maxRetries) {
    /** The universal target that starts executions: its input is StartExecution's request. */
    static final String UNIVERSAL = "arn:aws:scheduler:::aws-sdk:sfn:startExecution";

    /** What counts where a request says nothing. */
    static final int LONGEST_EVENT_AGE_SECONDS = 86_400;

    static final int MOST_RETRIES = 185;
}
