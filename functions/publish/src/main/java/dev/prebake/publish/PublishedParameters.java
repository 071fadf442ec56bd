package dev.prebake.publish;

import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.BakePlan;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterHistory;
import software.amazon.awssdk.services.ssm.model.ParameterTier;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;
import software.amazon.awssdk.services.ssm.model.SsmException;

/** The two parameters of SSM in which a cache publishes. */
final class PublishedParameters {
    private final SsmClient ssm;
    private final String cacheName;
    private final String idName;

    PublishedParameters(SsmClient ssm, BakePlan plan) {
        this.ssm = ssm;
        this.cacheName = plan.cacheName();
        this.idName = plan.parameterName();
    }

    String idName() {
        return idName;
    }

    String manifestName() {
        return idName + "/manifest";
    }

    Publication read() {
        Optional<Parameter> manifest = parameter(manifestName());
        Optional<Parameter> id = parameter(idName);
        return new Publication(
                manifest.map(Parameter::value).orElse(null),
                manifest.map(Parameter::version).orElse(0L),
                id.map(Parameter::value).orElse(null),
                id.map(Parameter::version).orElse(0L));
    }

    /** Writes the manifest; the version that it is. */
    long putManifest(String text) {
        return put(manifestName(), text, "what is in the published snapshot");
    }

    /** Writes the ID; the version that it is. */
    long putId(String snapshotId) {
        return put(idName, snapshotId, "ID of the published snapshot");
    }

    /** The manifests of what was published since, by anybody. */
    List<Manifest> publishedSince(Publication seen) {
        Set<String> ids = history(idName)
                .filter(version -> version.version() > seen.idVersion())
                .map(ParameterHistory::value)
                .collect(Collectors.toSet());
        return history(manifestName())
                .filter(version -> version.version() > seen.manifestVersion())
                .flatMap(version -> Manifest.parse(version.value()).stream())
                .filter(manifest -> ids.contains(manifest.snapshotId()))
                .toList();
    }

    /** The newest manifest of a snapshot that is still in the history. */
    Optional<Manifest> manifestOf(String snapshotId) {
        return history(manifestName())
                .flatMap(version -> Manifest.parse(version.value()).stream())
                .filter(manifest -> manifest.snapshotId().equals(snapshotId))
                .reduce((_, newer) -> newer);
    }

    private Stream<ParameterHistory> history(String name) {
        var history = GetParameterHistoryRequest.builder().name(name).build();
        return ssm.getParameterHistoryPaginator(history).stream().flatMap(page -> page.parameters().stream());
    }

    private Optional<Parameter> parameter(String name) {
        try {
            return Optional.of(
                    ssm.getParameter(GetParameterRequest.builder().name(name).build())
                            .parameter());
        } catch (SsmException e) {
            if (AwsError.of(e) == AwsError.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private long put(String name, String value, String what) {
        return ssm.putParameter(PutParameterRequest.builder()
                        .name(name)
                        .value(value)
                        .type(ParameterType.STRING)
                        .overwrite(true)
                        // Standard, which costs nothing, up to 4 KiB. Advanced takes 8 KiB, which is enough: see
                        // BakePlan.MAX_REFERENCE_CHARACTERS.
                        .tier(ParameterTier.INTELLIGENT_TIERING)
                        .description("Prebake cache " + cacheName + ": " + what)
                        .build())
                .version();
    }
}
