package dev.prebake.lab.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.states.HistoryDetails;
import dev.prebake.lab.states.HistoryEvent;
import dev.prebake.lab.states.HistoryEventType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.model.AssignedVariablesDetails;
import software.amazon.awssdk.services.sfn.model.EvaluationFailedEventDetails;
import software.amazon.awssdk.services.sfn.model.ExecutionAbortedEventDetails;
import software.amazon.awssdk.services.sfn.model.ExecutionFailedEventDetails;
import software.amazon.awssdk.services.sfn.model.ExecutionRedrivenEventDetails;
import software.amazon.awssdk.services.sfn.model.ExecutionStartedEventDetails;
import software.amazon.awssdk.services.sfn.model.ExecutionSucceededEventDetails;
import software.amazon.awssdk.services.sfn.model.ExecutionTimedOutEventDetails;
import software.amazon.awssdk.services.sfn.model.HistoryEventExecutionDataDetails;
import software.amazon.awssdk.services.sfn.model.StateEnteredEventDetails;
import software.amazon.awssdk.services.sfn.model.StateExitedEventDetails;
import software.amazon.awssdk.services.sfn.model.TaskFailedEventDetails;
import software.amazon.awssdk.services.sfn.model.TaskScheduledEventDetails;
import software.amazon.awssdk.services.sfn.model.TaskStartedEventDetails;
import software.amazon.awssdk.services.sfn.model.TaskSucceededEventDetails;
import software.amazon.awssdk.services.sfn.model.TaskTimedOutEventDetails;

/**
 * Events as GetExecutionHistory has them, with or without the data of the execution.
 *
 * @param data whether inputs and outputs are told
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html">HistoryEvent</a>
 */
record HistoryAnswers(boolean data) {

    software.amazon.awssdk.services.sfn.model.HistoryEvent of(HistoryEvent event) {
        var answer = software.amazon.awssdk.services.sfn.model.HistoryEvent.builder()
                .id(event.id())
                .previousEventId(event.previousEventId())
                .timestamp(event.timestamp())
                .type(event.type().awsName());
        switch (event.details()) {
            case HistoryDetails.ExecutionStarted started ->
                answer.executionStartedEventDetails(ExecutionStartedEventDetails.builder()
                        .input(text(started.input()))
                        .inputDetails(details())
                        .roleArn(started.roleArn())
                        .build());
            case HistoryDetails.ExecutionSucceeded succeeded ->
                answer.executionSucceededEventDetails(ExecutionSucceededEventDetails.builder()
                        .output(text(succeeded.output()))
                        .outputDetails(details())
                        .build());
            case HistoryDetails.ExecutionStopped stopped -> stopped(answer, event.type(), stopped);
            case HistoryDetails.ExecutionRedriven redriven ->
                answer.executionRedrivenEventDetails(ExecutionRedrivenEventDetails.builder()
                        .redriveCount(redriven.redriveCount())
                        .build());
            case HistoryDetails.StateEntered entered ->
                answer.stateEnteredEventDetails(StateEnteredEventDetails.builder()
                        .name(entered.name())
                        .input(text(entered.input()))
                        .inputDetails(details())
                        .build());
            case HistoryDetails.StateExited exited -> answer.stateExitedEventDetails(exited(exited));
            case HistoryDetails.TaskScheduled scheduled ->
                answer.taskScheduledEventDetails(TaskScheduledEventDetails.builder()
                        .resourceType(scheduled.resourceType())
                        .resource(scheduled.resource())
                        .region(scheduled.region())
                        .parameters(scheduled.parameters().toString())
                        .timeoutInSeconds(scheduled.timeoutInSeconds())
                        .build());
            case HistoryDetails.TaskStarted started ->
                answer.taskStartedEventDetails(TaskStartedEventDetails.builder()
                        .resourceType(started.resourceType())
                        .resource(started.resource())
                        .build());
            case HistoryDetails.TaskSucceeded succeeded ->
                answer.taskSucceededEventDetails(TaskSucceededEventDetails.builder()
                        .resourceType(succeeded.resourceType())
                        .resource(succeeded.resource())
                        .output(text(succeeded.output()))
                        .outputDetails(details())
                        .build());
            case HistoryDetails.TaskFailed failed -> failed(answer, event.type(), failed);
            case HistoryDetails.EvaluationFailed failed ->
                answer.evaluationFailedEventDetails(EvaluationFailedEventDetails.builder()
                        .state(failed.state())
                        .error(failed.error())
                        .cause(failed.cause())
                        .location(failed.location())
                        .build());
        }
        return answer.build();
    }

    private StateExitedEventDetails exited(HistoryDetails.StateExited exited) {
        var details = StateExitedEventDetails.builder()
                .name(exited.name())
                .output(text(exited.output()))
                .outputDetails(details());
        if (data && !exited.assignedVariables().isEmpty()) {
            Map<String, String> variables = new LinkedHashMap<>();
            exited.assignedVariables().forEach((name, value) -> variables.put(name, value.toString()));
            details.assignedVariables(variables)
                    .assignedVariablesDetails(
                            AssignedVariablesDetails.builder().truncated(false).build());
        }
        return details.build();
    }

    private static void stopped(
            software.amazon.awssdk.services.sfn.model.HistoryEvent.Builder answer,
            HistoryEventType type,
            HistoryDetails.ExecutionStopped stopped) {
        switch (type) {
            case EXECUTION_TIMED_OUT ->
                answer.executionTimedOutEventDetails(ExecutionTimedOutEventDetails.builder()
                        .error(stopped.error())
                        .cause(stopped.cause())
                        .build());
            case EXECUTION_ABORTED ->
                answer.executionAbortedEventDetails(ExecutionAbortedEventDetails.builder()
                        .error(stopped.error())
                        .cause(stopped.cause())
                        .build());
            default ->
                answer.executionFailedEventDetails(ExecutionFailedEventDetails.builder()
                        .error(stopped.error())
                        .cause(stopped.cause())
                        .build());
        }
    }

    private static void failed(
            software.amazon.awssdk.services.sfn.model.HistoryEvent.Builder answer,
            HistoryEventType type,
            HistoryDetails.TaskFailed failed) {
        if (type == HistoryEventType.TASK_TIMED_OUT) {
            answer.taskTimedOutEventDetails(TaskTimedOutEventDetails.builder()
                    .resourceType(failed.resourceType())
                    .resource(failed.resource())
                    .error(failed.error())
                    .cause(failed.cause())
                    .build());
        } else {
            answer.taskFailedEventDetails(TaskFailedEventDetails.builder()
                    .resourceType(failed.resourceType())
                    .resource(failed.resource())
                    .error(failed.error())
                    .cause(failed.cause())
                    .build());
        }
    }

    private @Nullable String text(JsonNode value) {
        return data ? value.toString() : null;
    }

    private @Nullable HistoryEventExecutionDataDetails details() {
        return data
                ? HistoryEventExecutionDataDetails.builder().truncated(false).build()
                : null;
    }
}
