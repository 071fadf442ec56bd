package dev.prebake.lab.wire;

/** Thrown by an interceptor to hang up instead of answering: the client sees a broken connection, whatever the double did. */
public final class NoAnswerException extends RuntimeException {
    /** Makes it for the call that gets no answer. */
    public NoAnswerException(CallContext call) {
        super(call.service() + ":" + call.operation() + " gets no answer");
    }
}
