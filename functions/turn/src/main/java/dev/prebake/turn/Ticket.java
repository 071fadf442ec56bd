package dev.prebake.turn;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.prebake.kernel.Json;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A version of the line's parameter.
 *
 * @param number the version
 * @param holder whose it is; absent when somebody else wrote it
 * @param from the first ticket that still counted when this one was taken: all before it were over
 * @param takenAt when it was written
 */
record Ticket(long number, @Nullable Predecessor holder, long from, Instant takenAt) {
    /** What stands in the parameter. */
    private record Text(String execution, int redrives, long from) {}

    /** Reads a version; of a text that is nobody's only the number counts. */
    static Ticket parse(long number, String value, Instant takenAt) {
        try {
            Text text = Json.mapper().readValue(value, Text.class);
            if (text != null && text.execution() != null) {
                return new Ticket(number, new Predecessor(text.execution(), text.redrives()), text.from(), takenAt);
            }
        } catch (JsonProcessingException _) {
            // Nobody's.
        }
        return new Ticket(number, null, 0, takenAt);
    }

    /** The value to write for a ticket. */
    static String text(Predecessor holder, long from) {
        try {
            return Json.mapper().writeValueAsString(new Text(holder.execution(), holder.redrives(), from));
        } catch (JsonProcessingException e) {
            throw new AssertionError("A record of a text and numbers can be written.", e);
        }
    }
}
