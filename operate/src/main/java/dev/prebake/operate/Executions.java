package dev.prebake.operate;

import dev.prebake.kernel.AwsError;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.ListExecutionsRequest;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;

/** The executions of one state machine. */
public final class Executions {
    /** The most that Step Functions gives at once. */
    private static final int MOST = 1000;

    private final SfnClient states;
    private final String stateMachineArn;

    /** Makes it over Step Functions. */
    public Executions(SfnClient states, String stateMachineArn) {
        this.states = states;
        this.stateMachineArn = stateMachineArn;
    }

    /** The state machine. */
    public String stateMachineArn() {
        return stateMachineArn;
    }

    /**
     * Starts one.
     *
     * @param name its name, which makes a call whose answer was lost safe to repeat
     * @param input its input, a JSON object
     * @return its ARN
     */
    public String start(String name, String input) {
        var start = StartExecutionRequest.builder()
                .stateMachineArn(stateMachineArn)
                .name(name)
                .input(input)
                .build();
        return AwsCalls.call(
                "Starting the execution " + name + " of " + stateMachineArn,
                () -> states.startExecution(start).executionArn());
    }

    /** The ARN of the execution of that name; an ARN is its own. */
    public String arn(String nameOrArn) {
        return nameOrArn.startsWith("arn:")
                ? nameOrArn
                : stateMachineArn.replaceFirst(":stateMachine:", ":execution:") + ":" + nameOrArn;
    }

    /**
     * The newest ones, newest first.
     *
     * @param status in which status alone; absent for any
     * @param most how many at most
     */
    public List<Execution> newest(@Nullable String status, int most) {
        var list = ListExecutionsRequest.builder()
                .stateMachineArn(stateMachineArn)
                .statusFilter(status)
                .maxResults(Math.min(most, MOST))
                .build();
        List<String> arns = AwsCalls.call(
                "Listing the executions of " + stateMachineArn,
                () -> states.listExecutionsPaginator(list).stream()
                        .flatMap(page -> page.executions().stream())
                        .limit(most)
                        .map(ExecutionListItem::executionArn)
                        .toList());
        return arns.stream().map(arn -> describe(states, arn)).toList();
    }

    /** The newest one; empty when there was none yet. */
    public Optional<Execution> newest() {
        return newest(null, 1).stream().findFirst();
    }

    /** The execution of that name; empty when Step Functions has forgotten it, or never had it. */
    Optional<Execution> find(String name) {
        try {
            return Optional.of(describe(states, arn(name)));
        } catch (OperateException e) {
            if (e.getCause() != null && AwsError.of(e.getCause()) == AwsError.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** One execution, of whatever state machine. */
    public static Execution describe(SfnClient states, String executionArn) {
        var describe =
                DescribeExecutionRequest.builder().executionArn(executionArn).build();
        return Execution.of(
                AwsCalls.call("Looking at the execution " + executionArn, () -> states.describeExecution(describe)));
    }
}
