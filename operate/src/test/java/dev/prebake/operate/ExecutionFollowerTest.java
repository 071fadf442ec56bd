package dev.prebake.operate;

import static dev.prebake.operate.Histories.START;
import static dev.prebake.operate.Histories.entered;
import static dev.prebake.operate.Histories.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;
import software.amazon.awssdk.services.sfn.model.SfnException;

@DisplayName("Following an execution")
class ExecutionFollowerTest {
    private static final String ARN = "arn:aws:states:us-east-1:111122223333:execution:ImageCache:one";

    private final ScriptedStates states = new ScriptedStates();
    private final List<Happening> happened = new ArrayList<>();
    private final List<String> troubles = new ArrayList<>();

    @Test
    @DisplayName("reads what is there, then only what is new, over as many pages as that takes, to the end")
    void followsToTheEnd() {
        states.descriptions.add(described("SUCCEEDED"));
        states.beforeLook.add(() -> grow(1, 5));
        states.beforeLook.add(() -> grow(6, 8));
        states.beforeLook.add(() -> {});
        states.beforeLook.add(() -> states.history.add(event(9, 9, HistoryEventType.EXECUTION_SUCCEEDED)));

        FollowedExecution followed = follow();

        assertThat(followed.execution().hasSucceeded()).isTrue();
        assertThat(followed.states())
                .containsExactly("State1", "State2", "State3", "State4", "State5", "State6", "State7", "State8");
        assertThat(happened).hasSize(8);
        // Five events in pages of two, then three and one known, none, and one.
        assertThat(states.looks).containsExactly(3, 2, 1, 1);
        assertThat(troubles).isEmpty();
    }

    @Test
    @DisplayName("goes on when AWS is busy and when the connection is lost, and says so once in a row")
    void goesOn() {
        states.descriptions.add(described("FAILED"));
        states.beforeLook.add(() -> grow(1, 1));
        states.beforeLook.add(() -> refuse("ThrottlingException", 400));
        states.beforeLook.add(() -> {
            throw SdkClientException.create("Unable to execute HTTP request", new IOException("Connection reset"));
        });
        states.beforeLook.add(() -> grow(2, 2));
        states.beforeLook.add(() -> refuse("InternalServerError", 500));
        states.beforeLook.add(() -> states.history.add(event(3, 3, HistoryEventType.EXECUTION_FAILED)));

        assertThat(follow().execution().status()).isEqualTo("FAILED");

        assertThat(troubles).hasSize(2);
        assertThat(troubles.getFirst()).contains("Reading the history of " + ARN, "ThrottlingException");
    }

    @Test
    @DisplayName("ends when AWS refuses for good, or isn't reached at the start")
    void refused() {
        states.beforeLook.add(() -> grow(1, 1));
        states.beforeLook.add(() -> refuse("AccessDeniedException", 400));
        assertThatThrownBy(this::follow)
                .isInstanceOf(OperateException.class)
                .hasMessageContainingAll("AccessDeniedException", "aws sts get-caller-identity");

        states.beforeLook.add(() -> refuse("ThrottlingException", 400));
        assertThatThrownBy(this::follow).isInstanceOf(OperateException.class).hasMessageContaining("Try again");
    }

    @Test
    @DisplayName("goes on where it has been redriven, and where the end is seen before the status")
    void redriven() {
        states.descriptions.add(described("RUNNING"));
        states.descriptions.add(described("SUCCEEDED"));
        states.beforeLook.add(() -> states.history.add(event(1, 1, HistoryEventType.EXECUTION_FAILED)));
        states.beforeLook.add(() -> states.history.add(event(2, 2, HistoryEventType.EXECUTION_REDRIVEN)));
        states.beforeLook.add(() -> states.history.add(event(3, 3, HistoryEventType.EXECUTION_SUCCEEDED)));

        assertThat(follow().execution().hasSucceeded()).isTrue();
        assertThat(happened).containsExactly(new Happening.Redriven(START.plusSeconds(2)));
    }

    private FollowedExecution follow() {
        return new ExecutionFollower(states, _ -> {}).follow(ARN, happened::add, troubles::add);
    }

    private void grow(int first, int last) {
        for (int id = first; id <= last; id++) {
            states.history.add(entered(id, id, "State" + id));
        }
    }

    private static void refuse(String code, int status) {
        throw SfnException.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("no")
                        .build())
                .statusCode(status)
                .build();
    }

    private static DescribeExecutionResponse described(String status) {
        return DescribeExecutionResponse.builder()
                .executionArn(ARN)
                .name("one")
                .status(status)
                .startDate(START)
                .build();
    }
}
