package dev.prebake.kernel;

/** A text that is no image reference. */
public final class MalformedReferenceException extends PrebakeException {
    /** Makes the error for the text and the part of it that is wrong. */
    MalformedReferenceException(String text, String why) {
        super(Excerpt.of(text) + " is no image reference: " + why + ".");
    }
}
