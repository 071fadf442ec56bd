package dev.prebake.lab.cloud;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ssm.model.DescribeParametersRequest;
import software.amazon.awssdk.services.ssm.model.DescribeParametersResponse;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersByPathRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersByPathResponse;
import software.amazon.awssdk.services.ssm.model.GetParametersRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersResponse;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterMetadata;
import software.amazon.awssdk.services.ssm.model.ParameterStringFilter;
import software.amazon.awssdk.services.ssm.model.ParameterTier;
import software.amazon.awssdk.services.ssm.model.ParameterType;

/** SSM's answers about several parameters at once: those of the account, not the public ones unless they are named. */
record ParameterLists(LabParameters parameters, Account account) {
    private static final int MOST_NAMES = 10;
    private static final int MOST_BY_PATH = 10;
    private static final int MOST_DESCRIBED = 50;

    /** Those of the names that there are, and which names are none. */
    GetParametersResponse get(GetParametersRequest request) {
        if (request.names().isEmpty() || request.names().size() > MOST_NAMES) {
            throw invalid("names", "have 1 to " + MOST_NAMES + " members");
        }
        List<Parameter> found = new ArrayList<>();
        List<String> none = new ArrayList<>();
        for (String name : request.names()) {
            try {
                found.add(parameters
                        .get(GetParameterRequest.builder().name(name).build())
                        .parameter());
            } catch (AwsServiceException e) {
                none.add(name);
            }
        }
        return GetParametersResponse.builder()
                .parameters(found)
                .invalidParameters(none)
                .build();
    }

    /** Those below a path: the next level alone, or all levels. */
    GetParametersByPathResponse byPath(GetParametersByPathRequest request) {
        String path = Optional.ofNullable(request.path()).orElse("");
        if (!path.startsWith("/")) {
            throw invalid("path", "be a path that begins with '/'");
        }
        if (!request.parameterFilters().isEmpty()) {
            throw filterKey("of GetParametersByPath");
        }
        String prefix = path.endsWith("/") ? path : path + "/";
        boolean recursive = Boolean.TRUE.equals(request.recursive());
        Page<StoredParameter> page = page(
                name -> name.startsWith(prefix) && (recursive || name.indexOf('/', prefix.length()) < 0),
                request.maxResults(),
                MOST_BY_PATH,
                request.nextToken());
        return GetParametersByPathResponse.builder()
                .parameters(page.items().stream()
                        .map(each -> parameters
                                .get(GetParameterRequest.builder()
                                        .name(each.name())
                                        .build())
                                .parameter())
                        .toList())
                .nextToken(page.nextToken())
                .build();
    }

    /** What is known of parameters but their values. */
    DescribeParametersResponse describe(DescribeParametersRequest request) {
        if (!request.filters().isEmpty()) {
            throw filterKey("of 'Filters'; use 'ParameterFilters'");
        }
        Predicate<String> wanted = request.parameterFilters().stream()
                .map(ParameterLists::matching)
                .reduce(name -> true, Predicate::and);
        Page<StoredParameter> page = page(wanted, request.maxResults(), MOST_DESCRIBED, request.nextToken());
        return DescribeParametersResponse.builder()
                .parameters(page.items().stream()
                        .map(each -> ParameterMetadata.builder()
                                .name(each.name())
                                .type(ParameterType.fromValue(each.type()))
                                .version(each.version())
                                .lastModifiedDate(each.modifiedAt())
                                .tier(
                                        each.value().length() > LabParameters.MAX_STANDARD_VALUE
                                                ? ParameterTier.ADVANCED
                                                : ParameterTier.STANDARD)
                                .dataType("text")
                                .build())
                        .toList())
                .nextToken(page.nextToken())
                .build();
    }

    private Page<StoredParameter> page(
            Predicate<String> wanted, @Nullable Integer asked, int most, @Nullable String token) {
        if (asked != null && (asked < 1 || asked > most)) {
            throw invalid("maxResults", "have a value between 1 and " + most);
        }
        List<StoredParameter> all = account.parameterNames().stream()
                .filter(wanted)
                .flatMap(name -> account.parameter(name).stream())
                .toList();
        return AwsAnswers.ssmPage(all, StoredParameter::name, asked, most, token);
    }

    private static Predicate<String> matching(ParameterStringFilter filter) {
        if (!"Name".equals(filter.key())) {
            throw filterKey("'" + filter.key() + "'");
        }
        String option = Optional.ofNullable(filter.option()).orElse("Equals");
        return switch (option) {
            case "Equals" -> filter.values()::contains;
            case "BeginsWith" -> name -> filter.values().stream().anyMatch(name::startsWith);
            case "Contains" -> name -> filter.values().stream().anyMatch(name::contains);
            default ->
                throw AwsAnswers.ssm(
                        "InvalidFilterOption",
                        "The filter option '" + option + "' is not one of Equals, BeginsWith, Contains.");
        };
    }

    private static AwsServiceException filterKey(String which) {
        return AwsAnswers.ssm(
                "InvalidFilterKey", "The lab has no filter " + which + ", but Name of DescribeParameters.");
    }

    private static AwsServiceException invalid(String member, String constraint) {
        return AwsAnswers.ssm(
                "ValidationException",
                "1 validation error detected: Value at '" + member + "' failed to satisfy constraint: Member must "
                        + constraint);
    }
}
