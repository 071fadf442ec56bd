package dev.prebake.lab.cloud;

import java.time.Duration;

/** What becomes of a call to AWS that a {@link FaultPlan} names. */
public sealed interface CallFault {
    /**
     * The service refuses it, and does nothing.
     *
     * @param httpStatus 400 to 599
     * @param code AWS's error code, from which the client makes its typed exception
     */
    record Refused(int httpStatus, String code) implements CallFault {}

    /** It never reaches the service, and the client's connection breaks. */
    record Unanswered() implements CallFault {}

    /** The service does what it is asked, and the client's connection breaks before the answer. */
    record AnswerLost() implements CallFault {}

    /**
     * It takes its time, and succeeds.
     *
     * @param span lab time that it takes
     */
    record Slow(Duration span) implements CallFault {}
}
