package dev.prebake.lab.states;

/** AWS's quotas for standard workflows: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html. */
final class Limits {
    /** The longest input, arguments, result or output, and the most one Assign may set: bytes of UTF-8 JSON. */
    static final int PAYLOAD_BYTES = 256 * 1024;

    /** All variables of an execution together, in bytes of UTF-8 JSON. */
    static final int VARIABLES_BYTES = 10 * 1024 * 1024;

    /** The events of one execution, its last included. */
    static final int HISTORY_EVENTS = 25_000;

    /** The longest wait, timeout or delay, in seconds. */
    static final int MAX_SECONDS = 99_999_999;

    /** The longest name of a state or a variable, in characters. */
    static final int NAME_LENGTH = 80;

    private Limits() {}
}
