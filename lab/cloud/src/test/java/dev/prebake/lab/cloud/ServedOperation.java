package dev.prebake.lab.cloud;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.AwsClient;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ecr.EcrClient;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.scheduler.SchedulerClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * An operation that the lab serves.
 *
 * @param service the service's signing name
 * @param client the SDK's interface of the service
 * @param method the operation's method there
 */
record ServedOperation(String service, Class<? extends AwsClient> client, Method method) {
    static final Map<String, Class<? extends AwsClient>> CLIENTS = Map.of(
            "ec2", Ec2Client.class,
            "ecr", EcrClient.class,
            "eks", EksClient.class,
            "lambda", LambdaClient.class,
            "logs", CloudWatchLogsClient.class,
            "scheduler", SchedulerClient.class,
            "secretsmanager", SecretsManagerClient.class,
            "ssm", SsmClient.class,
            "states", SfnClient.class,
            "sts", StsClient.class);

    private static final Pattern SERVICES = Pattern.compile("not served here\\. Served: ([a-z0-9, ]+)");
    private static final Pattern TARGET = Pattern.compile("whose targets begin with (\\w+)\\.");
    private static final Pattern OPERATIONS = Pattern.compile("Served for \\w+: ([A-Za-z0-9, ]+)");

    /** All of them, as the endpoint itself lists them to who asks for what it lacks. */
    static List<ServedOperation> of(URI endpoint) throws IOException {
        List<ServedOperation> operations = new ArrayList<>();
        for (String service : listed(SERVICES, refusal(endpoint, "none"))) {
            Class<? extends AwsClient> client = CLIENTS.get(service);
            if (client == null) {
                throw new AssertionError("The lab serves " + service + ", whose client has to be added here");
            }
            for (String operation : listed(OPERATIONS, refusal(endpoint, service))) {
                operations.add(of(service, client, operation));
            }
        }
        return operations;
    }

    private static String refusal(URI endpoint, String service) throws IOException {
        String answer = refusal(endpoint, service, "None");
        // A service that is asked by this header says what it begins with.
        Matcher target = TARGET.matcher(answer);
        return target.find() ? refusal(endpoint, service, target.group(1) + ".None") : answer;
    }

    private static String refusal(URI endpoint, String service, String target) throws IOException {
        return new RawRequest(
                        "POST",
                        "/none",
                        Map.of(
                                "Authorization",
                                authorization(service),
                                "Content-Type",
                                "application/x-www-form-urlencoded",
                                "X-Amz-Target",
                                target),
                        "Action=None")
                .send(endpoint)
                .body();
    }

    private static List<String> listed(Pattern pattern, String answer) {
        Matcher matcher = pattern.matcher(answer);
        if (!matcher.find()) {
            throw new AssertionError("No list in: " + answer);
        }
        return Arrays.asList(matcher.group(1).split(", "));
    }

    /** The one of a name, such as {@code RunInstances}. */
    static ServedOperation of(String service, Class<? extends AwsClient> client, String operation) {
        return Arrays.stream(client.getMethods())
                .filter(method -> method.getParameterCount() == 1
                        && SdkResponse.class.isAssignableFrom(method.getReturnType())
                        && method.getParameterTypes()[0].getSimpleName().equals(operation + "Request"))
                .findFirst()
                .map(method -> new ServedOperation(service, client, method))
                .orElseThrow(() -> new AssertionError(client + " has no " + operation));
    }

    private static String authorization(String service) {
        return "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260102/us-east-1/" + service
                + "/aws4_request, SignedHeaders=host;x-amz-date, Signature=0123abcd";
    }

    /** Its name in the SDK, such as {@code RunInstances}. */
    String name() {
        return method.getParameterTypes()[0].getSimpleName().replaceFirst("Request$", "");
    }

    /** A new builder of its request. */
    SdkPojo requestBuilder() {
        return builder(method.getParameterTypes()[0]);
    }

    /** A new builder of its response. */
    SdkPojo responseBuilder() {
        return builder(method.getReturnType());
    }

    private static SdkPojo builder(Class<?> type) {
        try {
            return (SdkPojo) type.getMethod("builder").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type + " has no builder()", e);
        }
    }

    /** Asks as the SDK does. */
    SdkResponse call(URI endpoint, SdkHttpClient http, SdkRequest request) throws ReflectiveOperationException {
        try (AwsClient sdk = client(endpoint, http)) {
            return (SdkResponse) method.invoke(sdk, request);
        }
    }

    private AwsClient client(URI endpoint, SdkHttpClient http) throws ReflectiveOperationException {
        AwsSyncClientBuilder<?, ?> builder =
                (AwsSyncClientBuilder<?, ?>) client.getMethod("builder").invoke(null);
        builder.httpClient(http);
        AwsClientBuilder<?, ?> common = (AwsClientBuilder<?, ?>) builder;
        common.region(Region.US_EAST_1);
        common.credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAEXAMPLE", "none")));
        common.endpointOverride(endpoint);
        common.overrideConfiguration(settings -> settings.retryStrategy(DefaultRetryStrategy.doNotRetry()));
        return (AwsClient) common.build();
    }

    @Override
    public String toString() {
        return service + " " + name();
    }
}
