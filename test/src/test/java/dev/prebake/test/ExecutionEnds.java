package dev.prebake.test;

import dev.prebake.lab.cloud.Lab;
import dev.prebake.lab.cloud.LabObserver;
import dev.prebake.lab.states.HistoryDetails;
import dev.prebake.lab.states.HistoryEvent;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;

/** Runs executions of the lab that it observes, one after another, and waits for their ends. */
final class ExecutionEnds implements LabObserver {
    private final BlockingQueue<HistoryEvent> ends = new LinkedBlockingQueue<>();
    private final Consumer<String> entered;

    /**
     * Made before its lab.
     *
     * @param entered takes the name of each state as it is entered, before it goes on
     */
    ExecutionEnds(Consumer<String> entered) {
        this.entered = entered;
    }

    @Override
    public void happened(HistoryEvent event) {
        if (event.details() instanceof HistoryDetails.StateEntered state) {
            entered.accept(state.name());
        }
        if (event.type().isLast()) {
            ends.add(event);
        }
    }

    @Override
    public void progress(String line) {}

    /** How an execution with this input ended. */
    DescribeExecutionResponse run(Lab lab, @Nullable String name, String input) throws InterruptedException {
        ends.clear();
        String arn = lab.states()
                .startExecution(StartExecutionRequest.builder()
                        .stateMachineArn(lab.stateMachineArn())
                        .name(name)
                        .input(input)
                        .build())
                .executionArn();
        ends.take();
        return ended(lab, arn);
    }

    /** How an execution ended whose last event has been seen, a moment before it is marked as ended. */
    static DescribeExecutionResponse ended(Lab lab, String arn) {
        DescribeExecutionResponse execution;
        do {
            execution = lab.states()
                    .describeExecution(
                            DescribeExecutionRequest.builder().executionArn(arn).build());
        } while (execution.status() == ExecutionStatus.RUNNING);
        return execution;
    }
}
