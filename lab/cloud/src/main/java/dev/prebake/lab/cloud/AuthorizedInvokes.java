package dev.prebake.lab.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.states.TaskContext;
import dev.prebake.lab.states.TaskFailedException;
import dev.prebake.lab.states.TaskInvoker;
import dev.prebake.lab.wire.CallContext;
import dev.prebake.lab.wire.CallInterceptor;
import dev.prebake.lab.wire.Caller;
import java.util.UUID;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/**
 * Functions that somebody is asked about before each call, as Lambda asks whether the state machine's role may invoke them. A refusal
 * has the name that Step Functions gives it.
 */
final class AuthorizedInvokes implements TaskInvoker {
    private static final String SERVICE = "lambda";
    private static final int OK = 200;

    private final TaskInvoker functions;
    private final CallInterceptor authorizer;

    AuthorizedInvokes(TaskInvoker functions, CallInterceptor authorizer) {
        this.functions = functions;
        this.authorizer = authorizer;
    }

    @Override
    public JsonNode invoke(String resource, JsonNode arguments, TaskContext context)
            throws TaskFailedException, InterruptedException {
        CallContext call = new CallContext(
                SERVICE,
                "Invoke",
                InvokeRequest.builder()
                        .functionName(arguments.path("FunctionName").asText())
                        .payload(SdkBytes.fromUtf8String(
                                arguments.path("Payload").toString()))
                        .build(),
                new Caller(Lab.WORKFLOW, Account.REGION, SERVICE),
                UUID.randomUUID().toString());
        try {
            var ignored = authorizer.around(
                    call, () -> InvokeResponse.builder().statusCode(OK).build());
        } catch (AwsServiceException e) {
            throw new TaskFailedException("Lambda.AWSLambdaException", e.getMessage());
        }
        return functions.invoke(resource, arguments, context);
    }
}
