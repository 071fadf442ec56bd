package dev.prebake.cli;

import com.fasterxml.jackson.core.JacksonException;
import dev.prebake.kernel.Json;

/** The document that a command prints where JSON is asked for. */
final class PrettyJson {
    private PrettyJson() {}

    /**
     * The value as indented JSON.
     *
     * @throws IllegalStateException for one of a type that can't be written as JSON
     */
    static String of(Object value) {
        try {
            return Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (JacksonException e) {
            throw new IllegalStateException("Writing a command's result as JSON failed.", e);
        }
    }
}
