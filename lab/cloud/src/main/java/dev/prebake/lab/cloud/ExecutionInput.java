package dev.prebake.lab.cloud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.prebake.kernel.Json;
import dev.prebake.lab.wire.AwsFault;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sfn.model.InvalidExecutionInputException;

/** Reads what StartExecution is given. */
final class ExecutionInput {
    /** Of an execution's input (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
    private static final int MAX_BYTES = 256 << 10;

    private static final ObjectReader READER =
            Json.mapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private ExecutionInput() {}

    /** @param text null for an empty object */
    static JsonNode read(@Nullable String text) {
        if (text != null && text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw invalid("The input has more than " + MAX_BYTES + " bytes.");
        }
        try {
            JsonNode input = READER.readTree(text == null ? "{}" : text);
            if (input.isMissingNode()) {
                throw invalid("No content to map due to end-of-input");
            }
            if (hasInfinity(input)) {
                throw invalid("The lab takes no number that is beyond a double's range.");
            }
            return input;
        } catch (JsonProcessingException e) {
            throw invalid(e.getOriginalMessage());
        }
    }

    private static boolean hasInfinity(JsonNode json) {
        return (json.isDouble() && !Double.isFinite(json.doubleValue()))
                || json.valueStream().anyMatch(ExecutionInput::hasInfinity);
    }

    private static AwsServiceException invalid(String why) {
        return AwsFault.of(
                InvalidExecutionInputException.builder(),
                AwsAnswers.BAD_REQUEST,
                "InvalidExecutionInput",
                "Invalid State Machine Execution Input: " + why);
    }
}
