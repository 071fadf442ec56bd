package dev.prebake.lab.cloud;

/**
 * What becomes of a function's invocation that a {@link FaultPlan} names, under the names that Step Functions gives it
 * (https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html).
 */
public enum FunctionFault {
    /** Lambda has no room, and doesn't run it. */
    NOT_RUN("Lambda.TooManyRequestsException", false),
    /** It runs to its end, and Lambda fails before its answer is through. */
    ANSWER_LOST("Lambda.ServiceException", true),
    /** It does all its work, but is ended at its time-out before it answers. */
    OUT_OF_TIME("Sandbox.Timedout", true);

    private final String error;
    private final boolean runs;

    FunctionFault(String error, boolean runs) {
        this.error = error;
        this.runs = runs;
    }

    String error() {
        return error;
    }

    boolean runs() {
        return runs;
    }
}
