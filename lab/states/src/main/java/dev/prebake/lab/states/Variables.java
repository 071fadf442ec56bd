package dev.prebake.lab.states;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/** What an execution has assigned; it lives as long as the execution. */
final class Variables {
    private final Map<String, JsonNode> values;

    Variables(Map<String, JsonNode> before) {
        values = new HashMap<>(before);
    }

    /** The variables now; later assignments don't show in it. */
    Map<String, JsonNode> snapshot() {
        return Map.copyOf(values);
    }

    /**
     * @param state who assigns, for the error
     * @throws StateFailedException with {@code States.DataLimitExceeded} when that is too much at once, or altogether
     */
    void assign(String state, Map<String, JsonNode> assigned) throws StateFailedException {
        Map<String, JsonNode> after = new HashMap<>(values);
        after.putAll(assigned);
        long atOnce = assigned.values().stream().mapToLong(Payload::bytes).sum();
        long altogether = after.values().stream().mapToLong(Payload::bytes).sum();
        if (atOnce > Limits.PAYLOAD_BYTES || altogether > Limits.VARIABLES_BYTES) {
            throw new StateFailedException(
                    ErrorNames.DATA_LIMIT_EXCEEDED,
                    ("The state '%s' assigned variables of %d bytes, which makes %d bytes of variables altogether; the"
                                    + " limits are %d and %d bytes.")
                            .formatted(state, atOnce, altogether, Limits.PAYLOAD_BYTES, Limits.VARIABLES_BYTES));
        }
        values.putAll(assigned);
    }
}
