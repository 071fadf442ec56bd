package dev.prebake.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("ECR's private registries")
final class EcrHostTest {
    @ParameterizedTest
    @DisplayName("are told by their hosts, in every partition, FIPS and dual stack too")
    @CsvSource({
        "123456789012.dkr.ecr.us-east-1.amazonaws.com,us-east-1",
        "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com,us-gov-west-1",
        "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn,cn-north-1",
        "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu,eusc-de-east-1",
        "123456789012.dkr-ecr.eu-central-1.on.aws,eu-central-1",
        "123456789012.dkr-ecr-fips.us-east-2.on.aws,us-east-2",
        "123456789012.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn,cn-northwest-1"
    })
    void ecr(String host, String region) {
        assertThat(EcrHost.of(host)).contains(new EcrHost("123456789012", region));
    }

    @ParameterizedTest
    @DisplayName("are no others, whose hosts only look like theirs")
    @ValueSource(
            strings = {
                "public.ecr.aws",
                "docker.io",
                "12345678901.dkr.ecr.us-east-1.amazonaws.com",
                "123456789012.dkr.ecr.us-east-1.amazonaws.com.example.com",
                "123456789012.dkr.ecr.us-east-1.amazonaws.com:5000",
                "123456789012.dkr.ecr.us-east-1.example.com",
                "x123456789012.dkr.ecr.us-east-1.amazonaws.com",
                "123456789012.dkrXecr.us-east-1.amazonaws.com",
                "123456789012.dkr.ecr.us-east-1Xamazonaws.com"
            })
    void others(String host) {
        assertThat(EcrHost.of(host)).isEmpty();
    }
}
