package dev.prebake.operate;

import dev.prebake.kernel.AwsError;
import dev.prebake.publish.Manifest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersRequest;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.SsmException;

/** What caches have published in SSM. */
public final class Publications {
    private final SsmClient ssm;

    /** Makes it over SSM. */
    public Publications(SsmClient ssm) {
        this.ssm = ssm;
    }

    /**
     * What is published now.
     *
     * @param snapshotId the snapshot
     * @param manifest what is in it; absent when the manifest beside it is of another one
     */
    public record Published(String snapshotId, @Nullable Manifest manifest) {}

    /**
     * What a cache has published.
     *
     * @throws OperateException when it has published nothing
     */
    public Published now(Cache cache) {
        String idName = cache.parameterName();
        String manifestName = manifestName(idName);
        Map<String, Parameter> values =
                AwsCalls.call(
                        "Reading " + idName + " and " + manifestName,
                        () -> ssm
                                .getParameters(GetParametersRequest.builder()
                                        .names(idName, manifestName)
                                        .build())
                                .parameters()
                                .stream()
                                .collect(Collectors.toMap(Parameter::name, Function.identity())));
        Parameter id = values.get(idName);
        if (id == null) {
            throw new OperateException("The cache " + cache.name() + " has published nothing: there is no parameter "
                    + idName + ". Check --cache and AWS_REGION, or start its first bake: ./prebake start --follow");
        }
        return new Published(
                id.value(),
                Optional.ofNullable(values.get(manifestName))
                        .flatMap(manifest -> Manifest.parse(manifest.value()))
                        .filter(manifest -> manifest.snapshotId().equals(id.value()))
                        .orElse(null));
    }

    /** The newest manifest of each snapshot that SSM still has one of; it keeps the newest hundred versions. */
    Map<String, Manifest> manifests(Cache cache) {
        String name = manifestName(cache.parameterName());
        var history = GetParameterHistoryRequest.builder().name(name).build();
        return AwsCalls.call("Reading the history of " + name, () -> {
            try {
                Map<String, Manifest> manifests = new LinkedHashMap<>();
                ssm.getParameterHistoryPaginator(history).stream()
                        .flatMap(page -> page.parameters().stream())
                        .flatMap(version -> Manifest.parse(version.value()).stream())
                        .forEach(manifest -> manifests.put(manifest.snapshotId(), manifest));
                return manifests;
            } catch (SsmException e) {
                if (AwsError.of(e) == AwsError.NOT_FOUND) {
                    return Map.of();
                }
                throw e;
            }
        });
    }

    private static String manifestName(String parameterName) {
        return parameterName + "/manifest";
    }
}
