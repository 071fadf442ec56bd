package dev.prebake.cli;

/** A pod's program ended with an error, so its start can't be compared. */
final class PodFailedException extends RuntimeException {
    PodFailedException(String message) {
        super(message);
    }
}
