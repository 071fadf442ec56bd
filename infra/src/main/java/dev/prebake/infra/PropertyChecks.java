package dev.prebake.infra;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Notes what is wrong with a stack's properties, so that all of it is said at once. */
final class PropertyChecks {
    private final String context;
    private final List<String> problems = new ArrayList<>();

    /**
     * Without problems so far.
     *
     * @param context where the properties stand in the CDK's context
     */
    PropertyChecks(String context) {
        this.context = context;
    }

    /**
     * Reads values from the CDK's context.
     *
     * @param value what stands there; absent: an empty object
     * @throws InvalidPropertiesException naming the field that can't be read
     */
    static <V> V read(String context, @Nullable Object value, Class<V> type) {
        try {
            return new ObjectMapper().convertValue(value == null ? Map.of() : value, type);
        } catch (IllegalArgumentException e) {
            if (e.getCause() instanceof JsonMappingException cause) {
                throw new InvalidPropertiesException(
                        context, List.of(cause.getPathReference() + ": " + cause.getOriginalMessage()));
            }
            throw e;
        }
    }

    static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    void require(boolean right, String problem) {
        if (!right) {
            problems.add(problem);
        }
    }

    /** An absent value is in every range. */
    void between(String name, @Nullable Integer value, int least, int most) {
        require(
                value == null || (value >= least && value <= most),
                name + " " + value + " is not between " + least + " and " + most);
    }

    /** @throws InvalidPropertiesException naming every problem, if there are any */
    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new InvalidPropertiesException(context, problems);
        }
    }
}
