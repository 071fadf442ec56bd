package dev.prebake.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationResponse;

@DisplayName("A command's status and details")
class InvocationStateTest {
    @ParameterizedTest(name = "{0} / {1}: {2}")
    @CsvSource({
        "Pending, Pending, RUNNING",
        "InProgress, InProgress, RUNNING",
        "Delayed, Delayed, RUNNING",
        "Cancelling, Cancelling, RUNNING",
        "SomethingNew, SomethingNew, RUNNING",
        "InProgress, , RUNNING",
        "Success, Success, SUCCEEDED",
        "Failed, Failed, FAILED",
        "TimedOut, ExecutionTimedOut, TIMED_OUT",
        "TimedOut, Execution Timed Out, TIMED_OUT",
        "TimedOut, TimedOut, TIMED_OUT",
        "TimedOut, DeliveryTimedOut, UNDELIVERABLE",
        "TimedOut, Delivery Timed Out, UNDELIVERABLE",
        "Failed, Undeliverable, UNDELIVERABLE",
        "Failed, Terminated, UNDELIVERABLE",
        "Failed, InvalidPlatform, UNDELIVERABLE",
        "Failed, AccessDenied, UNDELIVERABLE",
        "Cancelled, Cancelled, CANCELLED",
        "Cancelled, Canceled, CANCELLED"
    })
    @DisplayName("mean one thing to a bake")
    void means(String status, String details, InvocationState expected) {
        assertThat(InvocationState.of(GetCommandInvocationResponse.builder()
                        .status(status)
                        .statusDetails(details)
                        .build()))
                .isEqualTo(expected);
    }
}
