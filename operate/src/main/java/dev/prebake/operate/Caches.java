package dev.prebake.operate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.Json;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.ListExecutionsRequest;

/** Finds caches by what a deployment's executions have published. */
public final class Caches {
    /** How far back a cache's executions are looked for, one request each. */
    private static final int LOOK_BACK = 100;

    private final SfnClient states;
    private final Deployment deployment;

    /** Makes it over Step Functions. */
    public Caches(SfnClient states, Deployment deployment) {
        this.states = states;
        this.deployment = deployment;
    }

    /**
     * A cache. The parameter is the one in which its newest execution published; where there is none, the one in which its next would.
     *
     * @param name its name; absent for the one that the deployment bakes by default
     */
    public Cache find(@Nullable String name) {
        ObjectNode asked = Json.mapper().createObjectNode();
        if (name != null) {
            asked.put("cacheName", name);
        }
        String cacheName = deployment.cacheName(asked);
        return AwsCalls.call(
                "Looking at the executions of " + deployment.stateMachineArn(), () -> find(cacheName, asked));
    }

    private Cache find(String cacheName, ObjectNode asked) {
        String parameterName = null;
        int looked = 0;
        for (Iterator<ExecutionListItem> succeeded = succeeded(); succeeded.hasNext() && looked < LOOK_BACK; looked++) {
            DescribeExecutionResponse execution = states.describeExecution(DescribeExecutionRequest.builder()
                    .executionArn(succeeded.next().executionArn())
                    .build());
            ObjectNode input = object(execution.input());
            if (!deployment.cacheName(input).equals(cacheName)) {
                continue;
            }
            if (parameterName == null) {
                parameterName = object(execution.output())
                        .at("/published/parameterName")
                        .textValue();
            }
            if (!input.has("rollbackTo")) {
                return new Cache(
                        cacheName,
                        parameterName == null ? deployment.parameterName(input) : parameterName,
                        execution.name(),
                        input);
            }
        }
        return new Cache(
                cacheName,
                parameterName == null ? deployment.parameterName(asked) : parameterName,
                null,
                Json.mapper().createObjectNode());
    }

    private Iterator<ExecutionListItem> succeeded() {
        var list = ListExecutionsRequest.builder()
                .stateMachineArn(deployment.stateMachineArn())
                .statusFilter(ExecutionStatus.SUCCEEDED)
                .maxResults(LOOK_BACK)
                .build();
        return states.listExecutionsPaginator(list).stream()
                .flatMap(page -> page.executions().stream())
                .iterator();
    }

    private static ObjectNode object(@Nullable String text) {
        try {
            JsonNode read = Json.mapper().readTree(text == null ? "{}" : text);
            return read instanceof ObjectNode object ? object : Json.mapper().createObjectNode();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Step Functions gave an input or output that is no JSON.", e);
        }
    }
}
