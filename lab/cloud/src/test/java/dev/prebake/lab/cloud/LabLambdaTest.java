package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;

/** By the SDK's clients over the lab's endpoint, since what a payload and an error look like is a matter of the wire. */
@DisplayName("The lab's Lambda and STS")
@SuppressWarnings("NullAway.Init")
class LabLambdaTest {
    @TempDir
    private Path home;

    private Session aws;
    private LambdaClient lambda;

    @BeforeEach
    void open() {
        aws = new Session(home);
        lambda = LambdaClient.builder()
                .endpointOverride(aws.lab.endpoint())
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    @AfterEach
    void close() {
        lambda.close();
        aws.close();
    }

    @Test
    @DisplayName("A function that fails answers 200 with FunctionError and its error, under its name and its ARN")
    void fails() {
        for (String name : new String[] {
            "PlanBake", "arn:aws:lambda:us-east-1:123456789012:function:PlanBake", "123456789012:PlanBake:$LATEST"
        }) {
            InvokeResponse answer = lambda.invoke(InvokeRequest.builder()
                    .functionName(name)
                    .payload(SdkBytes.fromUtf8String("{}"))
                    .build());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.functionError()).isEqualTo("Unhandled");
            assertThat(Session.json(answer.payload().asUtf8String())
                            .path("errorType")
                            .asText())
                    .isEqualTo("dev.prebake.plan.InvalidInputException");
        }
    }

    @Test
    @DisplayName("An unknown function, a payload that is no JSON and an invocation without an answer are refused")
    void refused() {
        assertThatThrownBy(() -> lambda.invoke(
                        InvokeRequest.builder().functionName("None").build()))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("PlanBake");
        assertThatThrownBy(() -> lambda.invoke(InvokeRequest.builder()
                        .functionName("PlanBake")
                        .payload(SdkBytes.fromUtf8String("{"))
                        .build()))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining("Could not parse request body into json");
        assertThatThrownBy(() -> lambda.invoke(InvokeRequest.builder()
                        .functionName("PlanBake")
                        .invocationType(InvocationType.EVENT)
                        .build()))
                .hasMessageContaining("RequestResponse");
    }

    @Test
    @DisplayName(
            "The functions are listed with their handlers; one that takes one of AWS's events is invoked like the others")
    void listed() {
        FunctionConfiguration sweeper = lambda.listFunctions().functions().stream()
                .filter(function -> function.functionName().equals("Sweep"))
                .findFirst()
                .orElseThrow();
        assertThat(sweeper.handler()).isEqualTo("dev.prebake.cleanup.SweepHandler");
        InvokeResponse answer = lambda.invoke(InvokeRequest.builder()
                .functionName(sweeper.functionArn())
                .payload(SdkBytes.fromUtf8String(
                        "{\"time\": \"2026-11-26T12:00:00Z\", \"detail\": {\"stateMachineArn\": \""
                                + aws.lab.stateMachineArn() + "\", \"cacheName\": \"default\", \"dryRun\": true}}"))
                .build());
        assertThat(answer.functionError()).as(answer.payload().asUtf8String()).isNull();
        assertThat(answer.payload().asUtf8String()).isEqualTo("[]");
    }

    @Test
    @DisplayName("One is the account's user")
    void identity() {
        try (StsClient sts = StsClient.builder()
                .endpointOverride(aws.lab.endpoint())
                .httpClient(UrlConnectionHttpClient.create())
                .build()) {
            assertThat(sts.getCallerIdentity(GetCallerIdentityRequest.builder().build())
                            .account())
                    .isEqualTo("123456789012");
        }
    }
}
