package dev.prebake.lab.cloud;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.UUID;
import software.amazon.awssdk.services.ecr.EcrClient;
import software.amazon.awssdk.services.ecr.model.AuthorizationData;
import software.amazon.awssdk.services.ecr.model.GetAuthorizationTokenRequest;
import software.amazon.awssdk.services.ecr.model.GetAuthorizationTokenResponse;

/**
 * ECR's tokens. They have the form of real ones and open nothing: the lab has no registry of ECR's, and the real ones don't
 * know its account.
 */
final class LabEcr implements EcrClient {
    /** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
    private static final Duration VALIDITY = Duration.ofHours(12);

    private final InstantSource clock;
    private final String password = UUID.randomUUID().toString();

    LabEcr(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public GetAuthorizationTokenResponse getAuthorizationToken(GetAuthorizationTokenRequest request) {
        return GetAuthorizationTokenResponse.builder()
                .authorizationData(AuthorizationData.builder()
                        .authorizationToken(Base64.getEncoder()
                                .encodeToString(("AWS:" + password).getBytes(StandardCharsets.UTF_8)))
                        .expiresAt(clock.instant().plus(VALIDITY))
                        .proxyEndpoint("https://" + Account.ID + ".dkr.ecr." + Account.REGION + ".amazonaws.com")
                        .build())
                .build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // There is nothing to end.
    }
}
