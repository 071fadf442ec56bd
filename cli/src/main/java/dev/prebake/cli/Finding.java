package dev.prebake.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code prebake doctor} found out about one thing.
 *
 * @param check what was looked at, in a word or two
 * @param level how it stands
 * @param found what was found
 * @param remedy what to do about it; absent when nothing is to be done
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Finding(
        String check, Level level, String found, @Nullable String remedy) {
    /** How a thing stands; each stands so in the JSON. */
    enum Level {
        /** As it should be. */
        OK,
        /** Less than there could be; what is lost stands in the finding. */
        WARNING,
        /** Prebake can't do its work like this. */
        FAILED,
        /** Not looked at; the finding says why. */
        SKIPPED;

        /** As it stands at the beginning of a line. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding ok(String check, String found) {
        return new Finding(check, Level.OK, found, null);
    }

    static Finding warning(String check, String found, String remedy) {
        return new Finding(check, Level.WARNING, found, remedy);
    }

    static Finding failed(String check, String found, String remedy) {
        return new Finding(check, Level.FAILED, found, remedy);
    }

    static Finding skipped(String check, String found) {
        return new Finding(check, Level.SKIPPED, found, null);
    }

    static Finding skipped(String check, String found, String remedy) {
        return new Finding(check, Level.SKIPPED, found, remedy);
    }
}
