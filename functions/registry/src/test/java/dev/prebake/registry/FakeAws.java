package dev.prebake.registry;

import dev.prebake.kernel.RegistrySettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecr.EcrClient;
import software.amazon.awssdk.services.ecr.model.AuthorizationData;
import software.amazon.awssdk.services.ecr.model.GetAuthorizationTokenRequest;
import software.amazon.awssdk.services.ecr.model.GetAuthorizationTokenResponse;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueRequest;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterResponse;
import software.amazon.awssdk.services.ssm.model.Parameter;

/** What of AWS registries need, as a test put it in. Every call is noted with its region. */
final class FakeAws {
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Supplier<String>> answers = new HashMap<>();

    FakeAws has(String name, String value) {
        answers.put(name, () -> value);
        return this;
    }

    FakeAws fails(String name, RuntimeException failure) {
        answers.put(name, () -> {
            throw failure;
        });
        return this;
    }

    static AwsServiceException error(int status, String code, String message) {
        return AwsServiceException.builder()
                .statusCode(status)
                .requestId("r-1")
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build();
    }

    AwsRegistryAccess access(RegistrySettings... settings) {
        return new AwsRegistryAccess(List.of(settings), Secrets::new, Ecr::new, Ssm::new);
    }

    private String answer(String call, String name) {
        calls.add(call);
        return Objects.requireNonNull(answers.get(name), name).get();
    }

    private final class Secrets implements SecretsManagerClient {
        private final Region region;

        Secrets(Region region) {
            this.region = region;
        }

        @Override
        public GetSecretValueResponse getSecretValue(GetSecretValueRequest request) {
            String text = answer("secret in " + region, request.secretId());
            return GetSecretValueResponse.builder()
                    .secretString(text.isEmpty() ? null : text)
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private final class Ecr implements EcrClient {
        private final Region region;

        Ecr(Region region) {
            this.region = region;
        }

        @Override
        public GetAuthorizationTokenResponse getAuthorizationToken(GetAuthorizationTokenRequest request) {
            return GetAuthorizationTokenResponse.builder()
                    .authorizationData(AuthorizationData.builder()
                            .authorizationToken(answer("token in " + region, "token"))
                            .build())
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private final class Ssm implements SsmClient {
        @Override
        public GetParameterResponse getParameter(GetParameterRequest request) {
            return GetParameterResponse.builder()
                    .parameter(Parameter.builder()
                            .value(answer("parameter " + request.name(), request.name()))
                            .build())
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }
}
