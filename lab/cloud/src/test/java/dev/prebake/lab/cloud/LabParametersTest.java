package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterAlreadyExistsException;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;
import software.amazon.awssdk.services.ssm.model.ParameterTier;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;

@DisplayName("The lab's parameters")
class LabParametersTest extends OnDoubles {
    private static final String NAME = "/prebake/default/snapshot-id";

    @Test
    @DisplayName("A parameter that nobody wrote is ParameterNotFound, as SSM's own class")
    void unknown() {
        assertThatThrownBy(() -> get(NAME)).isInstanceOf(ParameterNotFoundException.class);
        assertRefused("ParameterNotFound", NAME, () -> get(NAME));
    }

    @Test
    @DisplayName("A parameter is written over only when asked to be; its version counts the writes, its type stays")
    void overwrites() throws InterruptedException {
        assertThat(aws.ssm
                        .putParameter(put(NAME, "snap-0a")
                                .type(ParameterType.STRING_LIST)
                                .build())
                        .version())
                .isEqualTo(1);
        assertThatThrownBy(() -> aws.ssm.putParameter(put(NAME, "snap-0b").build()))
                .isInstanceOf(ParameterAlreadyExistsException.class);
        assertRefused(
                "ParameterAlreadyExists",
                "overwrite",
                () -> aws.ssm.putParameter(put(NAME, "snap-0b").overwrite(false).build()));
        assertThat(get(NAME).value()).isEqualTo("snap-0a");

        aws.clock.sleep(Duration.ofSeconds(3));
        aws.ssm.putParameter(put(NAME, "snap-0b").overwrite(true).build());

        Parameter parameter = get(NAME);
        assertThat(parameter.value()).isEqualTo("snap-0b");
        assertThat(parameter.version()).isEqualTo(2);
        assertThat(parameter.type()).isEqualTo(ParameterType.STRING_LIST);
        assertThat(parameter.lastModifiedDate()).isEqualTo(Doubles.START.plusSeconds(3));
        assertThat(parameter.arn()).isEqualTo("arn:aws:ssm:us-east-1:123456789012:parameter" + NAME);
    }

    @Test
    @DisplayName("Overwriting what isn't there creates it")
    void overwriteCreates() {
        assertThat(aws.ssm
                        .putParameter(put(NAME, "snap-0a").overwrite(true).build())
                        .version())
                .isEqualTo(1);
    }

    @Test
    @DisplayName("The public parameters name the images of both architectures")
    void publicParameters() {
        String name = "/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/%s/standard/recommended/image_id";

        assertThat(get(name.formatted("x86_64")).value()).isEqualTo("ami-0eeeeeeeeeeeeeeee");
        assertThat(get(name.formatted("arm64")).value()).isEqualTo("ami-0aaaaaaaaaaaaaaaa");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/aws/mine", "/ssm/mine"})
    @DisplayName("AWS's own prefixes are refused")
    void reserved(String name) {
        assertRefused(
                "ValidationException",
                "prefixed",
                () -> aws.ssm.putParameter(put(name, "snap-0a").build()));
    }

    @ParameterizedTest
    @CsvSource({"4096, STANDARD", "4097, ADVANCED", "8192, ADVANCED"})
    @DisplayName("The tier goes by the value's length")
    void tiers(int length, ParameterTier tier) {
        assertThat(aws.ssm.putParameter(put(NAME, "x".repeat(length)).build()).tier())
                .isEqualTo(tier);
    }

    @Test
    @DisplayName("A value beyond the advanced tier's 8192 characters is refused")
    void tooLong() {
        assertRefused(
                "ValidationException",
                "8192",
                () -> aws.ssm.putParameter(put(NAME, "x".repeat(8193)).build()));
        assertRefused("ParameterNotFound", NAME, () -> get(NAME));
    }

    private static PutParameterRequest.Builder put(String name, String value) {
        return PutParameterRequest.builder()
                .name(name)
                .value(value)
                .type(ParameterType.STRING)
                .tier(ParameterTier.INTELLIGENT_TIERING);
    }

    private Parameter get(String name) {
        return aws.ssm
                .getParameter(GetParameterRequest.builder().name(name).build())
                .parameter();
    }
}
