package dev.prebake.lab.wire;

/** A request that the endpoint refuses before any double sees it. */
final class RejectedException extends RuntimeException {
    private final Rejection rejection;
    private final String reason;

    RejectedException(Rejection rejection, String reason) {
        super(reason);
        this.rejection = rejection;
        this.reason = reason;
    }

    Rejection rejection() {
        return rejection;
    }

    /** What the client is told. */
    String reason() {
        return reason;
    }
}
