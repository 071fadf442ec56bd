package dev.prebake.lab.cloud;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** What the members of a request violate of their model, to be told at once and in AWS's words. */
final class ConstraintViolations {
    private final List<String> found = new ArrayList<>();

    /** A member that has to be there. */
    ConstraintViolations required(String member, @Nullable Object value) {
        if (value == null) {
            found.add("Value null at '" + member + "' failed to satisfy constraint: Member must not be null");
        }
        return this;
    }

    /** A text's length in characters; an absent one is fine, as it is with the rest. */
    ConstraintViolations length(String member, @Nullable String value, int least, int most) {
        if (value != null && value.length() < least) {
            add(member, value, "Member must have length greater than or equal to " + least);
        }
        if (value != null && value.length() > most) {
            add(member, value, "Member must have length less than or equal to " + most);
        }
        return this;
    }

    ConstraintViolations pattern(String member, @Nullable String value, Pattern pattern) {
        if (value != null && !pattern.matcher(value).matches()) {
            add(member, value, "Member must satisfy regular expression pattern: " + pattern);
        }
        return this;
    }

    ConstraintViolations range(String member, @Nullable Integer value, int least, int most) {
        if (value != null && (value < least || value > most)) {
            add(member, value.toString(), "Member must have value between " + least + " and " + most);
        }
        return this;
    }

    ConstraintViolations oneOf(String member, @Nullable String value, List<?> values) {
        if (value != null && values.stream().map(Object::toString).noneMatch(value::equals)) {
            add(member, value, "Member must satisfy enum value set: " + values);
        }
        return this;
    }

    /** Refuses the request if any was found, with what makes an error of the service's. */
    void refuse(Function<String, AwsServiceException> validation) {
        if (!found.isEmpty()) {
            throw validation.apply(found.size() + " validation error" + (found.size() == 1 ? "" : "s") + " detected: "
                    + String.join("; ", found));
        }
    }

    private void add(String member, String value, String constraint) {
        found.add("Value '" + value + "' at '" + member + "' failed to satisfy constraint: " + constraint);
    }
}
