package dev.prebake.lab.cloud;

import dev.prebake.lab.wire.AwsFault;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sfn.model.InvalidArnException;
import software.amazon.awssdk.services.sfn.model.SfnException;
import software.amazon.awssdk.services.sfn.model.ValidationException;

/** Step Functions' errors, by the codes of its API reference. */
final class StatesFault {
    private StatesFault() {}

    /** An error whose exception class a client makes of the code. */
    static AwsServiceException of(String code, String message) {
        return AwsFault.of(SfnException.builder(), AwsAnswers.BAD_REQUEST, code, message);
    }

    static AwsServiceException invalidArn(String arn) {
        return AwsFault.of(
                InvalidArnException.builder(), AwsAnswers.BAD_REQUEST, "InvalidArn", "Invalid Arn: '" + arn + "'");
    }

    static AwsServiceException validation(String message) {
        return AwsFault.of(ValidationException.builder(), AwsAnswers.BAD_REQUEST, "ValidationException", message);
    }

    /** Gives what a member of a request must have back, or refuses the request without it. */
    static <T> T required(String member, @Nullable T value) {
        if (value == null) {
            throw validation("1 validation error detected: Value null at '" + member
                    + "' failed to satisfy constraint: Member must not be null");
        }
        return value;
    }

    /** Refuses a text longer than its model allows, in characters. */
    static void atMost(int length, String member, @Nullable String value) {
        if (value != null && value.length() > length) {
            throw validation("1 validation error detected: Value at '" + member
                    + "' failed to satisfy constraint: Member must have length less than or equal to " + length);
        }
    }

    /** Refuses a value that its enumeration doesn't have. */
    static void oneOf(List<?> values, String member, @Nullable String value) {
        if (value != null && values.stream().noneMatch(each -> each.toString().equals(value))) {
            throw validation("1 validation error detected: Value '" + value + "' at '" + member
                    + "' failed to satisfy constraint: Member must satisfy enum value set: " + values);
        }
    }
}
