package dev.prebake.lab.states;

/**
 * One thing wrong with a definition.
 *
 * @param pointer where, as a JSON pointer (RFC 6901) into the definition; empty for the whole
 * @param message what is wrong there, and what would be right
 */
public record Problem(String pointer, String message) {
    @Override
    public String toString() {
        return (pointer.isEmpty() ? "/" : pointer) + ": " + message;
    }
}
