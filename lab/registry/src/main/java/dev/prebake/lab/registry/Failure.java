package dev.prebake.lab.registry;

import java.util.Map;

/** What goes wrong with an answer. */
public sealed interface Failure {
    /**
     * The registry answers with an error.
     *
     * @param status the HTTP status
     * @param code the error code of the distribution specification, such as {@code TOOMANYREQUESTS}
     * @param message the error's words
     * @param headers further headers, such as {@code Retry-After}
     */
    record Status(int status, String code, String message, Map<String, String> headers) implements Failure {
        /** Copies the headers. */
        public Status {
            headers = Map.copyOf(headers);
        }

        /** An error without further headers. */
        public Status(int status, String code, String message) {
            this(status, code, message, Map.of());
        }
    }

    /**
     * The answer promises its whole length, and the connection ends early.
     *
     * @param after how many bytes of the body still come
     */
    record Truncated(long after) implements Failure {}

    /** The connection ends without an answer. */
    record Dropped() implements Failure {}

    /** The answer has the right length and headers, but its first byte is wrong. */
    record Corrupted() implements Failure {}
}
