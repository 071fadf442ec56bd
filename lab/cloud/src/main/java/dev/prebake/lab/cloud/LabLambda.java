package dev.prebake.lab.cloud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.catalogue.FunctionCatalogue;
import dev.prebake.catalogue.FunctionEntry;
import dev.prebake.kernel.Json;
import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.clock.Participant;
import dev.prebake.lab.states.TaskFailedException;
import dev.prebake.lab.wire.AwsFault;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.InvalidRequestContentException;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/** Lambda, as far as one invokes a function of the workflow by its name or ARN and waits for its answer, and lists them. */
final class LabLambda implements LambdaClient {
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_FOUND = 404;
    private static final Pattern NAME = Pattern.compile("(?:arn:aws:lambda:" + Account.REGION + ":)?(?:" + Account.ID
            + ":)?(?:function:)?" + "(?<name>[a-zA-Z0-9-_]+)(?::\\$LATEST)?");

    private final FunctionCatalogue catalogue;
    private final FunctionRunner functions;
    private final LabClock clock;

    LabLambda(FunctionCatalogue catalogue, FunctionRunner functions, LabClock clock) {
        this.catalogue = catalogue;
        this.functions = functions;
        this.clock = clock;
    }

    @Override
    public InvokeResponse invoke(InvokeRequest request) {
        FunctionEntry function = function(request.functionName());
        JsonNode event = event(request.payload());
        InvokeResponse.Builder answer = InvokeResponse.builder().executedVersion("$LATEST");
        if (request.invocationType() == InvocationType.DRY_RUN) {
            return answer.statusCode(NO_CONTENT).build();
        }
        if (request.invocationType() != null && request.invocationType() != InvocationType.REQUEST_RESPONSE) {
            throw AwsFault.of(
                    InvalidParameterValueException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "InvalidParameterValueException",
                    "The lab invokes functions as RequestResponse or DryRun, not " + request.invocationTypeAsString()
                            + ".");
        }
        answer.statusCode(OK);
        try (Participant _ = clock.join("invocation of " + function.name())) {
            return answer.payload(SdkBytes.fromUtf8String(
                            functions.run(function, event).toString()))
                    .build();
        } catch (TaskFailedException e) {
            return answer.functionError("Unhandled")
                    .payload(SdkBytes.fromUtf8String(
                            Optional.ofNullable(e.errorCause()).orElse("null")))
                    .build();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("Interrupted while function " + function.name() + " ran.", e);
        }
    }

    /** All of them at once: there are fewer than Lambda's page has. */
    @Override
    public ListFunctionsResponse listFunctions(ListFunctionsRequest request) {
        return ListFunctionsResponse.builder()
                .functions(catalogue.functions().stream()
                        .map(function -> FunctionConfiguration.builder()
                                .functionName(function.name())
                                .functionArn("arn:aws:lambda:" + Account.REGION + ":" + Account.ID + ":function:"
                                        + function.name())
                                .handler(function.handler())
                                .version("$LATEST")
                                .build())
                        .toList())
                .build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // The functions belong to the lab.
    }

    private FunctionEntry function(String given) {
        Matcher matcher = NAME.matcher(given);
        return Optional.of(matcher)
                .filter(Matcher::matches)
                .flatMap(match -> catalogue.find(match.group("name")))
                .orElseThrow(() -> AwsFault.of(
                        ResourceNotFoundException.builder(),
                        NOT_FOUND,
                        "ResourceNotFoundException",
                        "Function not found: " + given + ". The lab has "
                                + String.join(
                                        ", ",
                                        catalogue.functions().stream()
                                                .map(FunctionEntry::name)
                                                .toList())
                                + "."));
    }

    private static JsonNode event(@Nullable SdkBytes payload) {
        try {
            return payload == null || payload.asByteArrayUnsafe().length == 0
                    ? Json.mapper().nullNode()
                    : Json.mapper().readTree(payload.asUtf8String());
        } catch (JsonProcessingException e) {
            throw AwsFault.of(
                    InvalidRequestContentException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "InvalidRequestContentException",
                    "Could not parse request body into json: " + e.getOriginalMessage());
        } catch (UncheckedIOException e) {
            throw AwsFault.of(
                    InvalidRequestContentException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "InvalidRequestContentException",
                    "Could not parse request body into json: it is no UTF-8.");
        }
    }
}
