package dev.prebake.lab.cloud;

import java.time.Duration;
import java.util.Set;

/** What becomes of a call to AWS that a {@link FaultPlan} names. */
public sealed interface CallFault {
    /**
     * The service refuses it, and does nothing.
     *
     * @param httpStatus 400 to 599
     * @param code AWS's error code, from which the client makes its typed exception
     */
    record Refused(int httpStatus, String code) implements CallFault {
        /** Services whose errors have the status of what they mean. */
        private static final Set<String> REST = Set.of("eks", "lambda", "scheduler");

        /**
         * With the status that a service has for a code.
         *
         * @param service its signing name, such as {@code ec2}
         * @see <a href="https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html">Common errors</a>
         */
        public static Refused of(String service, String code) {
            return new Refused(status(service, code), code);
        }

        private static int status(String service, String code) {
            boolean rest = REST.contains(service);
            return switch (code) {
                case "InternalFailure", "InternalError", "InternalServerError", "InternalServerException" -> 500;
                case "RequestLimitExceeded", "ServiceUnavailable", "Unavailable", "ServiceUnavailableException" -> 503;
                case "ThrottlingException", "TooManyRequestsException" -> rest ? 429 : 400;
                case "AccessDeniedException", "UnauthorizedOperation" -> rest || service.equals("ec2") ? 403 : 400;
                case "ResourceNotFoundException" -> rest ? 404 : 400;
                default -> 400;
            };
        }
    }

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
