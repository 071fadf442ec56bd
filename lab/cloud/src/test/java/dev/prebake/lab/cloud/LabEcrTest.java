package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecr.model.AuthorizationData;
import software.amazon.awssdk.services.ecr.model.GetAuthorizationTokenRequest;

@DisplayName("The lab's ECR")
class LabEcrTest {
    @Test
    @DisplayName("gives tokens of ECR's form: base64 of the user AWS and a password, good for 12 hours")
    void token() {
        AuthorizationData data = new LabEcr(InstantSource.fixed(Doubles.START))
                .getAuthorizationToken(GetAuthorizationTokenRequest.builder().build())
                .authorizationData()
                .getFirst();
        assertThat(new String(Base64.getDecoder().decode(data.authorizationToken()), StandardCharsets.UTF_8))
                .matches("AWS:[0-9a-f-]{36}");
        assertThat(data.expiresAt()).isEqualTo(Doubles.START.plus(Duration.ofHours(12)));
        assertThat(data.proxyEndpoint()).isEqualTo("https://123456789012.dkr.ecr.us-east-1.amazonaws.com");
    }
}
