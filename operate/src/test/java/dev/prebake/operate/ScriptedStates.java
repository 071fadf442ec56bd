package dev.prebake.operate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineResponse;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryRequest;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryResponse;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.ListStateMachinesRequest;
import software.amazon.awssdk.services.sfn.model.ListStateMachinesResponse;
import software.amazon.awssdk.services.sfn.model.StateMachineListItem;
import software.amazon.awssdk.services.sfn.paginators.GetExecutionHistoryIterable;
import software.amazon.awssdk.services.sfn.paginators.ListStateMachinesIterable;

/** A Step Functions whose history grows by a step before each look, and where a look may fail. */
final class ScriptedStates implements SfnClient {
    private static final int PAGE = 2;

    final Deque<Runnable> beforeLook = new ArrayDeque<>();
    final Deque<DescribeExecutionResponse> descriptions = new ArrayDeque<>();
    final List<HistoryEvent> history = new ArrayList<>();
    final List<Integer> looks = new ArrayList<>();
    final List<StateMachineListItem> machines = new ArrayList<>();

    @Override
    public GetExecutionHistoryIterable getExecutionHistoryPaginator(GetExecutionHistoryRequest request) {
        if (!beforeLook.isEmpty()) {
            beforeLook.pop().run();
        }
        looks.add(0);
        return new GetExecutionHistoryIterable(this, request);
    }

    /** Pages of two, whatever is asked for. */
    @Override
    public GetExecutionHistoryResponse getExecutionHistory(GetExecutionHistoryRequest request) {
        looks.set(looks.size() - 1, looks.getLast() + 1);
        List<HistoryEvent> all = Boolean.TRUE.equals(request.reverseOrder()) ? history.reversed() : history;
        int from = request.nextToken() == null ? 0 : Integer.parseInt(request.nextToken());
        int to = Math.min(all.size(), from + PAGE);
        return GetExecutionHistoryResponse.builder()
                .events(all.subList(from, to))
                .nextToken(to < all.size() ? Integer.toString(to) : null)
                .build();
    }

    @Override
    public DescribeExecutionResponse describeExecution(DescribeExecutionRequest request) {
        return descriptions.size() > 1 ? descriptions.pop() : descriptions.element();
    }

    @Override
    public ListStateMachinesIterable listStateMachinesPaginator(ListStateMachinesRequest request) {
        return new ListStateMachinesIterable(this, request);
    }

    @Override
    public ListStateMachinesResponse listStateMachines(ListStateMachinesRequest request) {
        return ListStateMachinesResponse.builder().stateMachines(machines).build();
    }

    /** The definition is the machine's name. */
    @Override
    public DescribeStateMachineResponse describeStateMachine(DescribeStateMachineRequest request) {
        return DescribeStateMachineResponse.builder()
                .definition(machines.stream()
                        .filter(machine -> machine.stateMachineArn().equals(request.stateMachineArn()))
                        .findFirst()
                        .orElseThrow()
                        .name())
                .build();
    }

    @Override
    public String serviceName() {
        return "states";
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
