package dev.prebake.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BearerChallengeTest {
    @ParameterizedTest
    @DisplayName("the challenges that registries send are understood")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",scope=\"repository:library/a:pull\""
                        + "| https://auth.docker.io/token | registry.docker.io | repository:library/a:pull",
                "Bearer realm=\"https://nvcr.io/proxy_auth\",scope=\"repository:nvidia/pytorch:pull\""
                        + "| https://nvcr.io/proxy_auth | - | repository:nvidia/pytorch:pull",
                "Bearer realm=\"https://nvcr.io/proxy_auth\",scope=\"\"| https://nvcr.io/proxy_auth | - | -",
                "Bearer realm=\"https://gcr.io/v2/token\",service=\"gcr.io\"| https://gcr.io/v2/token | gcr.io | -",
                "bearer scope=\"repository:a:pull,push\" , service=quay.io, realm=\"https://quay.io/v2/auth\""
                        + "| https://quay.io/v2/auth | quay.io | repository:a:pull,push",
                "Basic realm=\"x\", Bearer realm=\"https://r/t\",error=\"invalid_token\"| https://r/t | - | -",
                "Bearer realm=\"https://r/\\\"t\"| https://r/\"t | - | -",
            })
    void understood(String header, String realm, String service, String scope) {
        assertThat(BearerChallenge.among(List.of(header))).contains(new BearerChallenge(realm, service, scope));
    }

    @Test
    @DisplayName("the first Bearer challenge among several headers counts")
    void amongSeveral() {
        assertThat(BearerChallenge.among(List.of("Basic realm=\"a\"", "Bearer realm=\"b\"", "Bearer realm=\"c\"")))
                .contains(new BearerChallenge("b", null, null));
    }

    @ParameterizedTest
    @DisplayName("what is no Bearer challenge is none")
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer service=\"x\"",
                "Basic realm=\"https://123456789012.dkr.ecr.us-east-1.amazonaws.com/\",service=\"ecr.amazonaws.com\"",
                "NotBearer realm=\"x\"",
                "Bearer realm=\"unclosed"
            })
    void none(String header) {
        assertThat(BearerChallenge.among(List.of(header))).isEmpty();
    }

    @Test
    @DisplayName("a header made to exhaust the stack is passed over")
    void tooLong() {
        assertThat(BearerChallenge.among(List.of("Bearer realm=\"" + "\\\"".repeat(200_000) + "\"")))
                .isEmpty();
    }
}
