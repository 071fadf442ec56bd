package dev.prebake.operate;

import java.time.Instant;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;
import software.amazon.awssdk.services.sfn.model.StateEnteredEventDetails;
import software.amazon.awssdk.services.sfn.model.StateExitedEventDetails;
import software.amazon.awssdk.services.sfn.model.TaskFailedEventDetails;

/** Events of histories, as GetExecutionHistory has them. */
final class Histories {
    static final Instant START = Instant.parse("2026-11-01T10:00:00Z");

    private Histories() {}

    static HistoryEvent event(long id, long second, HistoryEventType type) {
        return begun(id, second, type).build();
    }

    static HistoryEvent entered(long id, long second, String state) {
        HistoryEventType type = state.startsWith("Is") || state.startsWith("WaitFor")
                ? HistoryEventType.CHOICE_STATE_ENTERED
                : HistoryEventType.TASK_STATE_ENTERED;
        return begun(id, second, type)
                .stateEnteredEventDetails(
                        StateEnteredEventDetails.builder().name(state).build())
                .build();
    }

    static HistoryEvent exited(long id, long second, String state, String output) {
        return begun(id, second, HistoryEventType.TASK_STATE_EXITED)
                .stateExitedEventDetails(StateExitedEventDetails.builder()
                        .name(state)
                        .output(output)
                        .build())
                .build();
    }

    static HistoryEvent failed(long id, long second, String error, String cause) {
        return begun(id, second, HistoryEventType.TASK_FAILED)
                .taskFailedEventDetails(TaskFailedEventDetails.builder()
                        .error(error)
                        .cause(cause)
                        .build())
                .build();
    }

    private static HistoryEvent.Builder begun(long id, long second, HistoryEventType type) {
        return HistoryEvent.builder()
                .id(id)
                .timestamp(START.plusSeconds(second))
                .type(type);
    }
}
