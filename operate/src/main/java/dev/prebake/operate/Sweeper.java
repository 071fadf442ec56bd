package dev.prebake.operate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.Json;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;

/** The deployment's function that removes what lost executions have left, invoked out of its turn. */
public final class Sweeper {
    /** How the function's handler begins, by which it is found: its name is a generated one on AWS. */
    static final String HANDLER = "dev.prebake.cleanup.SweepHandler";

    private final LambdaClient lambda;

    /** Makes it over Lambda. */
    public Sweeper(LambdaClient lambda) {
        this.lambda = lambda;
    }

    /**
     * Something that was removed, or would be.
     *
     * @param id its ID
     * @param standing how it stood
     * @param execution name of the execution that left it
     * @param cacheName the cache
     * @param because why it may go
     */
    public record Swept(String id, String standing, String execution, String cacheName, String because) {}

    /**
     * The name of the only sweeper that there is.
     *
     * @throws OperateException when there is none, or are several
     */
    public String only() {
        List<String> found = AwsCalls.call(
                "Listing the functions",
                () -> lambda
                        .listFunctionsPaginator(ListFunctionsRequest.builder().build())
                        .stream()
                        .flatMap(page -> page.functions().stream())
                        .filter(function ->
                                function.handler() != null && function.handler().startsWith(HANDLER))
                        .map(FunctionConfiguration::functionName)
                        .toList());
        return switch (found.size()) {
            case 1 -> found.getFirst();
            case 0 ->
                throw new OperateException(
                        "Looking for the sweeper failed: no function in this account and region has the handler "
                                + HANDLER
                                + ". Set AWS_REGION and AWS_PROFILE to where the workflow is deployed, or name it with --function.");
            default ->
                throw new OperateException(
                        "Looking for the sweeper found " + found.size() + ". Name one with --function:"
                                + found.stream().map(name -> "\n  " + name).collect(Collectors.joining()));
        };
    }

    /**
     * Has it sweep once.
     *
     * @param function its name or ARN
     * @param now to tell from what ended long enough ago
     * @param dryRun whether it only says what it would remove
     * @throws OperateException when AWS refuses, also to remove something; all else is gone then
     */
    public List<Swept> sweep(String function, Deployment deployment, Instant now, boolean dryRun) {
        var invoke = InvokeRequest.builder()
                .functionName(function)
                .payload(SdkBytes.fromUtf8String(event(deployment, now, dryRun).toString()))
                .build();
        InvokeResponse answer = AwsCalls.call("Invoking the sweeper " + function, () -> lambda.invoke(invoke));
        String payload = answer.payload().asUtf8String();
        try {
            if (answer.functionError() != null) {
                JsonNode error = Json.mapper().readTree(payload);
                throw new OperateException("The sweeper " + function + " failed: "
                        + error.path("errorMessage").asText(payload));
            }
            return Json.mapper().readValue(payload, new TypeReference<List<Swept>>() {});
        } catch (JsonProcessingException e) {
            throw new OperateException(
                    "The sweeper " + function + " answered what can't be read: " + payload
                            + ". Deploy it and use this command in one version.",
                    e,
                    false);
        }
    }

    /** As the schedule's rule makes it. */
    private static ObjectNode event(Deployment deployment, Instant now, boolean dryRun) {
        ObjectNode event = Json.mapper().createObjectNode().put("time", now.toString());
        ObjectNode detail = event.putObject("detail")
                .put("stateMachineArn", deployment.stateMachineArn())
                .put("cacheName", deployment.defaults().path("cacheName").asText())
                .put("dryRun", dryRun);
        JsonNode parameterName = deployment.defaults().path("parameterName");
        if (parameterName.isTextual()) {
            detail.set("parameterName", parameterName);
        }
        return event;
    }
}
