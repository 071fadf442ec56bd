package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryResponse;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterAlreadyExistsException;
import software.amazon.awssdk.services.ssm.model.ParameterHistory;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;
import software.amazon.awssdk.services.ssm.model.ParameterTier;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.ParameterVersionNotFoundException;
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
    @DisplayName("Each version can be read, by name:version and in the history, oldest first")
    void versions() throws InterruptedException {
        aws.ssm.putParameter(put(NAME, "snap-0a").build());
        aws.clock.sleep(Duration.ofSeconds(3));
        aws.ssm.putParameter(put(NAME, "snap-0b").overwrite(true).build());

        Parameter first = get(NAME + ":1");
        assertThat(first.value()).isEqualTo("snap-0a");
        assertThat(first.name()).isEqualTo(NAME);
        assertThat(first.selector()).isEqualTo(":1");
        assertThat(get(NAME + ":2").value()).isEqualTo("snap-0b");
        assertThat(get(NAME).selector()).isNull();
        assertThatThrownBy(() -> get(NAME + ":3")).isInstanceOf(ParameterVersionNotFoundException.class);
        assertRefused("ParameterVersionNotFound", "version 3 of " + NAME, () -> get(NAME + ":3"));
        assertRefused("ParameterNotFound", NAME, () -> get(NAME + "-other:1"));
        assertRefused("ValidationException", NAME, () -> get(NAME + ":a:label"));

        assertThat(aws.ssm.getParameterHistory(history().build()).parameters())
                .extracting(ParameterHistory::version, ParameterHistory::value, ParameterHistory::lastModifiedDate)
                .containsExactly(
                        tuple(1L, "snap-0a", Doubles.START), tuple(2L, "snap-0b", Doubles.START.plusSeconds(3)));
    }

    @Test
    @DisplayName("The newest 100 versions are kept, and listed 50 to a page")
    void mostVersions() {
        aws.ssm.putParameter(put(NAME, "first").build());
        for (int i = 2; i <= 120; i++) {
            assertThat(aws.ssm
                            .putParameter(
                                    put(NAME, "value " + i).overwrite(true).build())
                            .version())
                    .isEqualTo(i);
        }

        GetParameterHistoryResponse page = aws.ssm.getParameterHistory(history().build());
        assertThat(page.parameters())
                .extracting(ParameterHistory::version)
                .startsWith(21L)
                .hasSize(50);
        assertThat(all(history()))
                .extracting(ParameterHistory::version)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(21, 120).boxed().toList());
        assertThat(all(history().maxResults(7))).hasSize(100);
        assertRefused("ParameterVersionNotFound", "version 20", () -> get(NAME + ":20"));
        assertThat(get(NAME + ":21").value()).isEqualTo("value 21");
    }

    @Test
    @DisplayName("A history of nothing, a page of more than 50 and a token of nobody's are refused")
    void refusedHistories() {
        assertRefused(
                "ParameterNotFound",
                NAME,
                () -> aws.ssm.getParameterHistory(history().build()));
        aws.ssm.putParameter(put(NAME, "snap-0a").build());
        assertRefused(
                "ValidationException",
                "between 1 and 50",
                () -> aws.ssm.getParameterHistory(history().maxResults(51).build()));
        assertRefused(
                "InvalidNextToken",
                "token",
                () -> aws.ssm.getParameterHistory(history().nextToken("mine").build()));
    }

    @Test
    @DisplayName("Versions outlive their lab")
    void persisted() {
        aws.ssm.putParameter(put(NAME, "snap-0a").build());
        aws.ssm.putParameter(put(NAME, "snap-0b").overwrite(true).build());

        var reopened = new Account(new JsonFile<>(aws.plane.home().resolve("account.json"), LabState.class));

        assertThat(reopened.versions(NAME))
                .extracting(StoredParameter::version, StoredParameter::value)
                .containsExactly(tuple(1L, "snap-0a"), tuple(2L, "snap-0b"));
    }

    @Test
    @DisplayName("A new parameter needs a type, and a name of SSM's characters")
    void refusedWrites() {
        assertRefused(
                "ValidationException",
                "type is required",
                () -> aws.ssm.putParameter(
                        put(NAME, "snap-0a").type((ParameterType) null).build()));
        assertRefused(
                "ValidationException",
                "letters, numbers",
                () -> aws.ssm.putParameter(put(NAME + ":1", "snap-0a").build()));

        aws.ssm.putParameter(put(NAME, "snap-0a").build());
        assertThat(aws.ssm
                        .putParameter(put(NAME, "snap-0b")
                                .type((ParameterType) null)
                                .overwrite(true)
                                .build())
                        .version())
                .isEqualTo(2);
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
        String name = "/aws/service/eks/optimized-ami/1.36/amazon-linux-2023/%s/standard/recommended/image_id";

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

    private static GetParameterHistoryRequest.Builder history() {
        return GetParameterHistoryRequest.builder().name(NAME);
    }

    private List<ParameterHistory> all(GetParameterHistoryRequest.Builder asked) {
        return aws.ssm.getParameterHistoryPaginator(asked.build()).stream()
                .flatMap(page -> page.parameters().stream())
                .toList();
    }

    private Parameter get(String name) {
        return aws.ssm
                .getParameter(GetParameterRequest.builder().name(name).build())
                .parameter();
    }
}
