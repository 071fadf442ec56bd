package dev.prebake.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.Json;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.ParameterHistory;
import software.amazon.awssdk.services.ssm.model.SsmException;

/** What a parameter has published, as far as SSM keeps it: the newest hundred times. */
final class PublicationHistory {
    private final SsmClient ssm;

    PublicationHistory(SsmClient ssm) {
        this.ssm = ssm;
    }

    /** The values that the parameter has had, oldest first; none when there is no such parameter. */
    List<String> published(String parameterName) {
        return values(parameterName);
    }

    /** The snapshots that the manifests beside it describe. */
    Set<String> described(String parameterName) {
        return values(parameterName + "/manifest").stream()
                .flatMap(PublicationHistory::snapshotId)
                .collect(Collectors.toSet());
    }

    private static Stream<String> snapshotId(String manifest) {
        try {
            return Stream.of(Json.mapper().readTree(manifest).path("snapshotId").asText());
        } catch (JsonProcessingException _) {
            // Anyone may write there.
            return Stream.empty();
        }
    }

    private List<String> values(String name) {
        var history = GetParameterHistoryRequest.builder().name(name).build();
        try {
            return ssm.getParameterHistoryPaginator(history).stream()
                    .flatMap(page -> page.parameters().stream())
                    .map(ParameterHistory::value)
                    .toList();
        } catch (SsmException e) {
            if (AwsError.of(e) == AwsError.NOT_FOUND) {
                return List.of();
            }
            throw e;
        }
    }
}
