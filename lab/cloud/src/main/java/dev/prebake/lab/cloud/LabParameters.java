package dev.prebake.lab.cloud;

import dev.prebake.lab.wire.AwsFault;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterResponse;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterAlreadyExistsException;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;
import software.amazon.awssdk.services.ssm.model.ParameterTier;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;
import software.amazon.awssdk.services.ssm.model.PutParameterResponse;

/** SSM's parameters: the account's own, and the public ones that name the EKS images. */
final class LabParameters {
    /** The advanced tier's limit on a value, in characters of ASCII. */
    private static final int MAX_VALUE = 8192;

    private static final int MAX_STANDARD_VALUE = 4096;

    private final Account account;
    private final Map<String, String> publicParameters;
    private final InstantSource clock;

    LabParameters(Account account, Map<String, String> publicParameters, InstantSource clock) {
        this.account = account;
        this.publicParameters = publicParameters;
        this.clock = clock;
    }

    Optional<StoredParameter> find(String name) {
        return account.parameter(name)
                .or(() -> Optional.ofNullable(publicParameters.get(name))
                        .map(value -> new StoredParameter(name, value, "String", 1, clock.instant())));
    }

    GetParameterResponse get(GetParameterRequest request) {
        StoredParameter parameter = find(request.name())
                .orElseThrow(() -> AwsFault.of(
                        ParameterNotFoundException.builder(),
                        AwsAnswers.BAD_REQUEST,
                        "ParameterNotFound",
                        "Parameter " + request.name() + " not found."));
        return GetParameterResponse.builder()
                .parameter(Parameter.builder()
                        .name(parameter.name())
                        .value(parameter.value())
                        .type(ParameterType.fromValue(parameter.type()))
                        .version(parameter.version())
                        .lastModifiedDate(parameter.modifiedAt())
                        .dataType("text")
                        .arn("arn:aws:ssm:" + Account.REGION + ":" + Account.ID + ":parameter" + parameter.name())
                        .build())
                .build();
    }

    synchronized PutParameterResponse put(PutParameterRequest request) {
        String name = request.name();
        if (name.startsWith("/aws") || name.startsWith("/ssm")) {
            throw AwsAnswers.ssm("ValidationException", "Parameter name: can't be prefixed with \"aws\" or \"ssm\".");
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
        StoredParameter parameter = new StoredParameter(
                name,
                request.value(),
                present.map(StoredParameter::type).orElse(request.type() == null ? "String" : request.typeAsString()),
                present.map(StoredParameter::version).orElse(0L) + 1,
                clock.instant());
        account.put(parameter);
        return PutParameterResponse.builder()
                .version(parameter.version())
                .tier(parameter.value().length() > MAX_STANDARD_VALUE ? ParameterTier.ADVANCED : ParameterTier.STANDARD)
                .build();
    }
}
