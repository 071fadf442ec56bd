package dev.prebake.cli;

/** A node from the snapshot doesn't list what was baked. */
final class ImagesMissingException extends RuntimeException {
    ImagesMissingException(String message) {
        super(message);
    }
}
