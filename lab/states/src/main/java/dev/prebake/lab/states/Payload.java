package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;

/** The size of what is handed from state to state. */
final class Payload {
    private Payload() {}

    static long bytes(JsonNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * @param source the state or service that it comes from, for the error
     * @throws StateFailedException with {@code States.DataLimitExceeded} when it is too long
     */
    static JsonNode check(String source, JsonNode json) throws StateFailedException {
        if (bytes(json) > Limits.PAYLOAD_BYTES) {
            throw new StateFailedException(
                    ErrorNames.DATA_LIMIT_EXCEEDED,
                    "The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit."
                            .formatted(source));
        }
        return json;
    }
}
