package dev.prebake.lab.cloud;

import dev.prebake.lab.wire.AwsFault;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ssm.model.DeleteParameterRequest;
import software.amazon.awssdk.services.ssm.model.DeleteParameterResponse;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryResponse;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterResponse;
import software.amazon.awssdk.services.ssm.model.InvalidNextTokenException;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterAlreadyExistsException;
import software.amazon.awssdk.services.ssm.model.ParameterHistory;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;
import software.amazon.awssdk.services.ssm.model.ParameterTier;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.ParameterVersionNotFoundException;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;
import software.amazon.awssdk.services.ssm.model.PutParameterResponse;

/** SSM's parameters: the account's own, and the public ones that name the EKS images. */
final class LabParameters {
    /** The advanced tier's limit on a value, in characters of ASCII. */
    private static final int MAX_VALUE = 8192;

    static final int MAX_STANDARD_VALUE = 4096;

    /** What a page of a history has at most. */
    private static final int MOST_RESULTS = 50;

    private static final String TEXT = "text";
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]+|(?:/[a-zA-Z0-9_.-]+)+");
    private static final Pattern SELECTED = Pattern.compile("(?<name>" + NAME + ")(?::(?<version>[0-9]{1,18}))?");

    private final Account account;
    private final Map<String, String> publicParameters;
    private final InstantSource clock;

    LabParameters(Account account, Map<String, String> publicParameters, InstantSource clock) {
        this.account = account;
        this.publicParameters = publicParameters;
        this.clock = clock;
    }

    /** Answers about several at once. */
    ParameterLists lists() {
        return new ParameterLists(this, account);
    }

    Optional<StoredParameter> find(String name) {
        return account.parameter(name)
                .or(() -> Optional.ofNullable(publicParameters.get(name))
                        .map(value -> new StoredParameter(name, value, "String", 1, clock.instant())));
    }

    /** The newest version, or with {@code name:version} that one. */
    GetParameterResponse get(GetParameterRequest request) {
        Matcher asked = SELECTED.matcher(request.name());
        if (!asked.matches()) {
            throw AwsAnswers.ssm("ValidationException", malformed(request.name()));
        }
        String name = asked.group("name");
        String version = asked.group("version");
        StoredParameter newest = find(name).orElseThrow(() -> notFound(name));
        StoredParameter parameter = version == null
                ? newest
                : versions(newest).stream()
                        .filter(kept -> Long.toString(kept.version()).equals(version))
                        .findFirst()
                        .orElseThrow(() -> AwsFault.of(
                                ParameterVersionNotFoundException.builder(),
                                AwsAnswers.BAD_REQUEST,
                                "ParameterVersionNotFound",
                                "Systems Manager could not find version " + version + " of " + name
                                        + ". Verify the version and try again."));
        return GetParameterResponse.builder()
                .parameter(Parameter.builder()
                        .name(parameter.name())
                        .selector(version == null ? null : ":" + version)
                        .value(parameter.value())
                        .type(ParameterType.fromValue(parameter.type()))
                        .version(parameter.version())
                        .lastModifiedDate(parameter.modifiedAt())
                        .dataType(TEXT)
                        .arn("arn:aws:ssm:" + Account.REGION + ":" + Account.ID + ":parameter" + parameter.name())
                        .build())
                .build();
    }

    /** The versions that are kept, oldest first, a page at a time; the token is the version that the next page begins with. */
    GetParameterHistoryResponse history(GetParameterHistoryRequest request) {
        int most = request.maxResults() == null ? MOST_RESULTS : request.maxResults();
        if (most < 1 || most > MOST_RESULTS) {
            throw AwsAnswers.ssm(
                    "ValidationException",
                    "1 validation error detected: Value '" + most + "' at 'maxResults' failed to satisfy constraint:"
                            + " Member must have value between 1 and " + MOST_RESULTS + ".");
        }
        String token = request.nextToken();
        if (token != null && !token.matches("[0-9]{1,18}")) {
            throw AwsFault.of(
                    InvalidNextTokenException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "InvalidNextToken",
                    "The specified token isn't valid.");
        }
        List<StoredParameter> versions =
                versions(account.parameter(request.name()).orElseThrow(() -> notFound(request.name())));
        List<StoredParameter> rest = versions.stream()
                .filter(kept -> token == null || kept.version() >= Long.parseLong(token))
                .toList();
        return GetParameterHistoryResponse.builder()
                .parameters(rest.stream()
                        .limit(most)
                        .map(kept -> ParameterHistory.builder()
                                .name(kept.name())
                                .value(kept.value())
                                .type(ParameterType.fromValue(kept.type()))
                                .version(kept.version())
                                .lastModifiedDate(kept.modifiedAt())
                                .tier(tier(kept))
                                .dataType(TEXT)
                                .build())
                        .toList())
                .nextToken(rest.size() > most ? Long.toString(rest.get(most).version()) : null)
                .build();
    }

    /** Of a public parameter there is the one version. */
    private List<StoredParameter> versions(StoredParameter newest) {
        List<StoredParameter> own = account.versions(newest.name());
        return own.isEmpty() ? List.of(newest) : own;
    }

    synchronized DeleteParameterResponse delete(DeleteParameterRequest request) {
        if (!account.removeParameter(request.name())) {
            throw notFound(request.name());
        }
        return DeleteParameterResponse.builder().build();
    }

    synchronized PutParameterResponse put(PutParameterRequest request) {
        String name = request.name();
        if (name.startsWith("/aws") || name.startsWith("/ssm")) {
            throw AwsAnswers.ssm("ValidationException", "Parameter name: can't be prefixed with \"aws\" or \"ssm\".");
        }
        if (!NAME.matcher(name).matches()) {
            throw AwsAnswers.ssm("ValidationException", malformed(name));
        }
        if (request.value().length() > MAX_VALUE) {
            throw AwsAnswers.ssm(
                    "ValidationException",
                    "Advanced tier parameters support a maximum parameter value of " + MAX_VALUE + " characters.");
        }
        Optional<StoredParameter> present = account.parameter(name);
        if (present.isPresent() && !Boolean.TRUE.equals(request.overwrite())) {
            throw AwsFault.of(
                    ParameterAlreadyExistsException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "ParameterAlreadyExists",
                    "The parameter already exists. To overwrite this value, set the overwrite option in the request to"
                            + " true.");
        }
        if (present.isEmpty() && request.type() == null) {
            throw AwsAnswers.ssm("ValidationException", "A parameter type is required when you create a parameter.");
        }
        StoredParameter parameter = new StoredParameter(
                name,
                request.value(),
                present.map(StoredParameter::type).orElse(request.typeAsString()),
                present.map(StoredParameter::version).orElse(0L) + 1,
                clock.instant());
        account.put(parameter);
        return PutParameterResponse.builder()
                .version(parameter.version())
                .tier(tier(parameter))
                .build();
    }

    private static ParameterTier tier(StoredParameter parameter) {
        return parameter.value().length() > MAX_STANDARD_VALUE ? ParameterTier.ADVANCED : ParameterTier.STANDARD;
    }

    private static AwsServiceException notFound(String name) {
        return AwsFault.of(
                ParameterNotFoundException.builder(),
                AwsAnswers.BAD_REQUEST,
                "ParameterNotFound",
                "Parameter " + name + " not found.");
    }

    private static String malformed(String name) {
        return "Parameter name: " + name
                + " can't be one: it can only include letters, numbers, and the symbols . - _, in levels parted by /.";
    }
}
