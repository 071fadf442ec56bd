package dev.prebake.lab.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsClient;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.sts.StsClient;

@DisplayName(
        "Every operation of a service travels from client to double and back unchanged, filled with generated values")
class EveryOperationTest {
    @Test
    @DisplayName("EC2")
    void ec2() throws Exception {
        check(
                Ec2Client.class,
                uri -> Clients.of(Ec2Client.builder(), uri.uri()),
                Map.of(
                        "describeSpotFleetRequestHistory",
                                "the SDK itself cuts StartTime to seconds before it sends it",
                        "requestSpotFleet",
                                "the SDK itself cuts ValidFrom and ValidUntil to seconds before it sends them"));
    }

    @Test
    @DisplayName("Systems Manager")
    void ssm() throws Exception {
        check(SsmClient.class, uri -> Clients.of(SsmClient.builder(), uri.uri()), Map.of());
    }

    @Test
    @DisplayName("Step Functions")
    void sfn() throws Exception {
        check(SfnClient.class, uri -> Clients.of(SfnClient.builder(), uri.uri()), Map.of());
    }

    @Test
    @DisplayName("CloudWatch Logs")
    void logs() throws Exception {
        check(CloudWatchLogsClient.class, uri -> Clients.of(CloudWatchLogsClient.builder(), uri.uri()), Map.of());
    }

    @Test
    @DisplayName("Elastic Kubernetes Service")
    void eks() throws Exception {
        check(EksClient.class, uri -> Clients.of(EksClient.builder(), uri.uri()), Map.of());
    }

    @Test
    @DisplayName("Security Token Service")
    void sts() throws Exception {
        check(
                StsClient.class,
                uri -> Clients.of(StsClient.builder(), uri.uri()),
                Map.of(
                        "assumeRoleWithSAML", "AWS takes it unsigned; here every request is signed",
                        "assumeRoleWithWebIdentity", "AWS takes it unsigned; here every request is signed"));
    }

    /** Calls everything, and expects exactly these operations to come out changed, for these reasons. */
    private static <C extends AwsClient> void check(
            Class<C> type, Function<AwsEndpoint, C> client, Map<String, String> changed) throws IOException {
        var received = new AtomicReference<SdkRequest>();
        var answer = new AtomicReference<SdkResponse>();
        var implementation =
                type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, _, arguments) -> {
                    received.set((SdkRequest) arguments[0]);
                    return answer.get();
                }));
        var differences = new TreeMap<String, String>();
        var calls = 0;
        try (var endpoint =
                        AwsEndpoint.serving(Service.of(type, implementation)).start(0);
                var sdk = client.apply(endpoint)) {
            for (var method : type.getMethods()) {
                if (!isOperation(method)) {
                    continue;
                }
                var generated = new Generated(method.getName().hashCode());
                var request = (SdkRequest) generated.built(builder(method.getParameterTypes()[0]));
                var response = (SdkResponse) generated.built(builder(method.getReturnType()));
                answer.set(response);
                received.set(null);
                calls++;
                difference(sdk, method, request, response, received)
                        .ifPresent(what -> differences.put(method.getName(), what));
            }
        }
        assertThat(calls).isGreaterThan(5);
        assertThat(differences.keySet())
                .as("operations that came out changed: %s", String.join("\n", differences.values()))
                .isEqualTo(changed.keySet());
    }

    private static Optional<String> difference(
            Object sdk, Method method, SdkRequest request, SdkResponse response, AtomicReference<SdkRequest> received) {
        try {
            var returned = (SdkResponse) method.invoke(sdk, request);
            if (!request.equalsBySdkFields(received.get())) {
                return Optional.of("request " + difference(request, received.get()));
            }
            return response.equalsBySdkFields(returned)
                    ? Optional.empty()
                    : Optional.of("response " + difference(response, returned));
        } catch (InvocationTargetException | IllegalAccessException e) {
            return Optional.of(method.getName() + " failed: " + e.getCause());
        }
    }

    private static String difference(SdkPojo expected, SdkPojo actual) {
        return expected.getClass().getSimpleName()
                + expected.sdkFields().stream()
                        .filter(field ->
                                !Objects.equals(field.getValueOrDefault(expected), field.getValueOrDefault(actual)))
                        .map(field -> field.locationName() + ": " + field.getValueOrDefault(expected) + "\n  became "
                                + field.getValueOrDefault(actual))
                        .toList();
    }

    private static boolean isOperation(Method method) {
        return method.getParameterCount() == 1
                && SdkRequest.class.isAssignableFrom(method.getParameterTypes()[0])
                && SdkResponse.class.isAssignableFrom(method.getReturnType());
    }

    private static SdkPojo builder(Class<?> type) {
        try {
            return (SdkPojo) type.getMethod("builder").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type + " has no builder()", e);
        }
    }
}
