package dev.prebake.lab.states;

import java.util.Locale;

/** The events that AWS Step Functions writes for what this interpreter runs. */
public enum HistoryEventType {
    EXECUTION_STARTED,
    EXECUTION_SUCCEEDED,
    EXECUTION_FAILED,
    EXECUTION_TIMED_OUT,
    EXECUTION_ABORTED,
    EXECUTION_REDRIVEN,
    TASK_STATE_ENTERED,
    TASK_SCHEDULED,
    TASK_STARTED,
    TASK_SUCCEEDED,
    TASK_FAILED,
    TASK_TIMED_OUT,
    TASK_STATE_EXITED,
    PASS_STATE_ENTERED,
    PASS_STATE_EXITED,
    CHOICE_STATE_ENTERED,
    CHOICE_STATE_EXITED,
    WAIT_STATE_ENTERED,
    WAIT_STATE_EXITED,
    SUCCEED_STATE_ENTERED,
    SUCCEED_STATE_EXITED,
    FAIL_STATE_ENTERED,
    EVALUATION_FAILED;

    private final String awsName = awsName(name());

    /** The name as AWS writes it, such as {@code PassStateEntered}. */
    public String awsName() {
        return awsName;
    }

    static HistoryEventType entered(State state) {
        return valueOf(state.type().toUpperCase(Locale.ROOT) + "_STATE_ENTERED");
    }

    static HistoryEventType exited(State state) {
        return valueOf(state.type().toUpperCase(Locale.ROOT) + "_STATE_EXITED");
    }

    /** Whether an execution's history ends with such an event. */
    public boolean isLast() {
        return switch (this) {
            case EXECUTION_SUCCEEDED, EXECUTION_FAILED, EXECUTION_TIMED_OUT, EXECUTION_ABORTED -> true;
            default -> false;
        };
    }

    private static String awsName(String constant) {
        var name = new StringBuilder();
        for (String word : constant.split("_", -1)) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return name.toString();
    }
}
