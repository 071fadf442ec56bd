package dev.prebake.lab.states;

/** An expression that gave no usable value. The message says which and why, in AWS's words. */
final class EvaluationException extends Exception {
    private static final long serialVersionUID = 1;

    private final String field;

    EvaluationException(String field, String message) {
        super(message);
        this.field = field;
    }

    /** The path of the field in its state, such as {@code Output/images[0]}. */
    String field() {
        return field;
    }
}
