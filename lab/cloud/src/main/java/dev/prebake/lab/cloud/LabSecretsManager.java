package dev.prebake.lab.cloud;

import dev.prebake.lab.wire.AwsFault;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretResponse;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueRequest;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.InvalidParameterException;
import software.amazon.awssdk.services.secretsmanager.model.PutSecretValueRequest;
import software.amazon.awssdk.services.secretsmanager.model.PutSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.ResourceExistsException;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;

/**
 * Secrets Manager, as far as registries need it. Secrets are kept in memory alone and end with the lab: nothing of them is
 * ever on its disk.
 */
final class LabSecretsManager implements SecretsManagerClient {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9/_+=.@-]{1,512}");
    private static final String SUFFIX_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int SUFFIX_LENGTH = 6;

    private record Secret(String arn, String name, String versionId, String value, Instant createdAt) {}

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Secret> byName = new ConcurrentHashMap<>();

    LabSecretsManager(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized CreateSecretResponse createSecret(CreateSecretRequest request) {
        String name = request.name();
        if (!NAME.matcher(name).matches()) {
            throw AwsFault.of(
                    InvalidParameterException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "InvalidParameterException",
                    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following:"
                            + " -/_+=.@!");
        }
        if (byName.containsKey(name)) {
            throw AwsFault.of(
                    ResourceExistsException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "ResourceExistsException",
                    "The operation failed because the secret " + name + " already exists.");
        }
        String arn = "arn:aws:secretsmanager:" + Account.REGION + ":" + Account.ID + ":secret:" + name + "-" + suffix();
        Secret secret = put(arn, name, request.secretString());
        return CreateSecretResponse.builder()
                .arn(arn)
                .name(name)
                .versionId(secret.versionId())
                .build();
    }

    @Override
    public synchronized PutSecretValueResponse putSecretValue(PutSecretValueRequest request) {
        Secret present = find(request.secretId());
        Secret secret = put(present.arn(), present.name(), request.secretString());
        return PutSecretValueResponse.builder()
                .arn(secret.arn())
                .name(secret.name())
                .versionId(secret.versionId())
                .versionStages("AWSCURRENT")
                .build();
    }

    @Override
    public GetSecretValueResponse getSecretValue(GetSecretValueRequest request) {
        Secret secret = find(request.secretId());
        return GetSecretValueResponse.builder()
                .arn(secret.arn())
                .name(secret.name())
                .versionId(secret.versionId())
                .versionStages("AWSCURRENT")
                .secretString(secret.value())
                .createdDate(secret.createdAt())
                .build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        byName.clear();
    }

    private Secret put(String arn, String name, String value) {
        Secret secret = new Secret(arn, name, UUID.randomUUID().toString(), value, clock.instant());
        byName.put(name, secret);
        return secret;
    }

    /** By its name or its ARN. */
    private Secret find(String id) {
        return byName.values().stream()
                .filter(secret -> secret.arn().equals(id) || secret.name().equals(id))
                .findFirst()
                .orElseThrow(() -> AwsFault.of(
                        ResourceNotFoundException.builder(),
                        AwsAnswers.BAD_REQUEST,
                        "ResourceNotFoundException",
                        "Secrets Manager can't find the specified secret."));
    }

    private String suffix() {
        return random.ints(SUFFIX_LENGTH, 0, SUFFIX_CHARACTERS.length())
                .collect(
                        StringBuilder::new,
                        (text, i) -> text.append(SUFFIX_CHARACTERS.charAt(i)),
                        StringBuilder::append)
                .toString();
    }
}
