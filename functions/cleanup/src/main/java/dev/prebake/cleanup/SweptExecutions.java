package dev.prebake.cleanup;

import dev.prebake.kernel.AwsError;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.ListExecutionsRequest;
import software.amazon.awssdk.services.sfn.model.SfnException;

/** The workflow's executions, as Step Functions knows them; each is asked for once. */
final class SweptExecutions {
    private final SfnClient states;
    private final SweepOrder order;
    private final Map<String, Optional<DescribeExecutionResponse>> known = new HashMap<>();

    SweptExecutions(SfnClient states, SweepOrder order) {
        this.states = states;
        this.order = order;
    }

    /**
     * The execution of a name; empty when the workflow has had none: then it is another workflow's, or Step Functions has
     * forgotten it after 90 days (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
     */
    Optional<DescribeExecutionResponse> find(String name) {
        return known.computeIfAbsent(name, this::describe);
    }

    private Optional<DescribeExecutionResponse> describe(String name) {
        var describe = DescribeExecutionRequest.builder()
                .executionArn(order.executionArn(name))
                .build();
        try {
            return Optional.of(states.describeExecution(describe));
        } catch (SfnException e) {
            if (AwsError.of(e) == AwsError.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Whether what an execution of this name has left of a cache may go: it is the workflow's, of that cache, and long over. */
    boolean isOver(String name, String cacheName) {
        return find(name)
                .filter(execution -> execution.status() != ExecutionStatus.RUNNING
                        && execution.status() != ExecutionStatus.PENDING_REDRIVE)
                .filter(execution -> execution.stopDate() != null
                        && !execution.stopDate().isAfter(order.now().minus(SweepOrder.GRACE)))
                .filter(execution -> order.cacheOf(execution.input()).equals(cacheName))
                .isPresent();
    }

    /** How an execution that is over ended. */
    String words(String name) {
        return find(name)
                .map(execution -> "its execution " + name + " ended " + execution.statusAsString() + " at "
                        + execution.stopDate())
                .orElse("");
    }

    /** The caches that executions are working on now. */
    Set<String> cachesInWork() {
        var list = ListExecutionsRequest.builder()
                .stateMachineArn(order.stateMachineArn())
                .statusFilter(ExecutionStatus.RUNNING)
                .build();
        return states.listExecutionsPaginator(list).stream()
                .flatMap(page -> page.executions().stream())
                .map(ExecutionListItem::name)
                .flatMap(name -> describe(name).stream())
                .map(execution -> order.cacheOf(execution.input()))
                .collect(Collectors.toSet());
    }
}
