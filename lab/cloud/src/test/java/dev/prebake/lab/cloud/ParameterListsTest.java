package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ssm.model.DescribeParametersRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersByPathRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersByPathResponse;
import software.amazon.awssdk.services.ssm.model.GetParametersRequest;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterMetadata;
import software.amazon.awssdk.services.ssm.model.ParameterStringFilter;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;

@DisplayName("Several of the lab's parameters at once")
class ParameterListsTest extends OnDoubles {
    @BeforeEach
    void put() {
        for (String name : new String[] {"/a/x", "/a/y", "/a/b/z", "/ab", "plain"}) {
            var ignored = aws.ssm.putParameter(PutParameterRequest.builder()
                    .name(name)
                    .value("of " + name)
                    .type(ParameterType.STRING)
                    .build());
        }
    }

    @Test
    @DisplayName("are had by their names, and those that aren't there are named")
    void byNames() {
        var answer = aws.ssm.getParameters(
                GetParametersRequest.builder().names("/a/x", "/none", "plain").build());

        assertThat(answer.parameters()).extracting(Parameter::value).containsExactly("of /a/x", "of plain");
        assertThat(answer.invalidParameters()).containsExactly("/none");
        assertRefused(
                "ValidationException",
                "names",
                () -> aws.ssm.getParameters(GetParametersRequest.builder().build()));
    }

    @Test
    @DisplayName("are had by their path: one level, or all of them, in pages")
    void byPath() {
        assertThat(byPath(GetParametersByPathRequest.builder().path("/a")).parameters())
                .extracting(Parameter::name)
                .containsExactly("/a/x", "/a/y");
        var all =
                GetParametersByPathRequest.builder().path("/a").recursive(true).maxResults(2);
        GetParametersByPathResponse first = byPath(all);
        assertThat(first.parameters()).extracting(Parameter::name).containsExactly("/a/b/z", "/a/x");
        GetParametersByPathResponse second = byPath(all.nextToken(first.nextToken()));
        assertThat(second.parameters()).extracting(Parameter::name).containsExactly("/a/y");
        assertThat(second.nextToken()).isNull();
        assertRefused("InvalidNextToken", "token", () -> byPath(all.nextToken("nonsense")));
        assertRefused(
                "ValidationException",
                "maxResults",
                () -> byPath(GetParametersByPathRequest.builder().path("/a").maxResults(11)));
        assertRefused(
                "ValidationException",
                "path",
                () -> byPath(GetParametersByPathRequest.builder().path("a")));
    }

    @Test
    @DisplayName("are described, by the beginnings of their names too")
    void described() {
        assertThat(aws.ssm
                        .describeParameters(DescribeParametersRequest.builder().build())
                        .parameters())
                .extracting(ParameterMetadata::name)
                .containsExactly("/a/b/z", "/a/x", "/a/y", "/ab", "plain");
        assertThat(aws.ssm
                        .describeParameters(DescribeParametersRequest.builder()
                                .parameterFilters(filter("Name", "BeginsWith", "/a/"))
                                .build())
                        .parameters())
                .extracting(ParameterMetadata::name)
                .containsExactly("/a/b/z", "/a/x", "/a/y");
        assertRefused(
                "InvalidFilterKey",
                "Tier",
                () -> aws.ssm.describeParameters(DescribeParametersRequest.builder()
                        .parameterFilters(filter("Tier", "Equals", "Standard"))
                        .build()));
    }

    private GetParametersByPathResponse byPath(GetParametersByPathRequest.Builder request) {
        return aws.ssm.getParametersByPath(request.build());
    }

    private static ParameterStringFilter filter(String key, String option, String value) {
        return ParameterStringFilter.builder()
                .key(key)
                .option(option)
                .values(value)
                .build();
    }
}
