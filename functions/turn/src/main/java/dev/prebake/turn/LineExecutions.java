package dev.prebake.turn;

import dev.prebake.kernel.AwsError;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.SfnException;

/** The executions in a line, as Step Functions knows them; each is asked for once. */
final class LineExecutions {
    private final SfnClient states;
    private final String arnPrefix;
    private final Map<String, Optional<DescribeExecutionResponse>> known = new HashMap<>();

    /** Those of the same workflow as the execution with an ARN. */
    LineExecutions(SfnClient states, String executionArn) {
        this.states = states;
        this.arnPrefix = executionArn.substring(0, executionArn.lastIndexOf(':') + 1);
    }

    String arn(Predecessor predecessor) {
        return arnPrefix + predecessor.execution();
    }

    /**
     * Whether it is not over. One that the workflow has never had is another workflow's, whose executions can't be seen, or one of more
     * than 90 days ago. One that was redriven since is in line again with a new ticket.
     */
    boolean runs(Predecessor predecessor) {
        return find(predecessor.execution())
                .filter(LineExecutions::runs)
                .filter(execution -> redrives(execution) == predecessor.redrives())
                .isPresent();
    }

    /** Whether one that was asked for was still at work after a time. */
    boolean anyRanAfter(Instant time) {
        return known.values().stream()
                .flatMap(Optional::stream)
                .anyMatch(execution ->
                        runs(execution) || execution.stopDate() == null || isLater(execution.stopDate(), time));
    }

    /** In milliseconds, as the workflow's times have them. */
    static boolean isLater(Instant one, Instant other) {
        return one.truncatedTo(ChronoUnit.MILLIS).isAfter(other);
    }

    private static boolean runs(DescribeExecutionResponse execution) {
        return execution.status() == ExecutionStatus.RUNNING || execution.status() == ExecutionStatus.PENDING_REDRIVE;
    }

    private static int redrives(DescribeExecutionResponse execution) {
        return execution.redriveCount() == null ? 0 : execution.redriveCount();
    }

    private Optional<DescribeExecutionResponse> find(String name) {
        return known.computeIfAbsent(name, this::describe);
    }

    private Optional<DescribeExecutionResponse> describe(String name) {
        var describe = DescribeExecutionRequest.builder()
                .executionArn(arnPrefix + name)
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
}
