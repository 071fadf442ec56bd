package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.ListExecutionsRequest;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;

/** The inputs are refused by PlanBake, so that an execution takes no longer than that. */
@DisplayName("The lab's executions")
@SuppressWarnings("NullAway.Init")
class LabStatesTest {
    private static final String REFUSED = "{\"images\":[]}";

    @TempDir
    private Path home;

    private Session aws;

    @BeforeEach
    void open() {
        aws = new Session(home);
    }

    @AfterEach
    void close() {
        aws.close();
    }

    @Test
    @DisplayName("An execution is described under its ARN with its input, its times and how it ended")
    void describes() throws InterruptedException {
        String arn = aws.start("one", REFUSED);

        DescribeExecutionResponse execution = aws.await(arn);

        assertThat(arn).isEqualTo("arn:aws:states:us-east-1:123456789012:execution:prebake:one");
        assertThat(execution.executionArn()).isEqualTo(arn);
        assertThat(execution.stateMachineArn()).isEqualTo(aws.lab.stateMachineArn());
        assertThat(execution.name()).isEqualTo("one");
        assertThat(execution.input()).isEqualTo(REFUSED);
        assertThat(execution.status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(execution.stopDate()).isAfterOrEqualTo(execution.startDate());
    }

    @Test
    @DisplayName("A name that was used is taken, whatever the input, once its execution has ended")
    void nameTaken() throws InterruptedException {
        aws.await(aws.start("one", REFUSED));

        assertRefused("ExecutionAlreadyExists", ":one'", () -> aws.start("one", REFUSED));
        assertRefused("ExecutionAlreadyExists", ":one'", () -> aws.start("one", "{}"));
    }

    @Test
    @DisplayName("A name stays taken when the lab is opened again")
    void nameStaysTaken() throws InterruptedException {
        aws.await(aws.start("one", REFUSED));
        aws.close();
        aws = new Session(home);

        assertRefused("ExecutionAlreadyExists", ":one'", () -> aws.start("one", REFUSED));
    }

    @Test
    @DisplayName("Without a name each execution gets one of its own; without input it has an empty object")
    void unnamed() throws InterruptedException {
        var request = StartExecutionRequest.builder()
                .stateMachineArn(aws.lab.stateMachineArn())
                .build();
        String first = aws.lab.states().startExecution(request).executionArn();
        String second = aws.lab.states().startExecution(request).executionArn();

        assertThat(first).isNotEqualTo(second);
        assertThat(aws.await(List.of(first, second)))
                .extracting(DescribeExecutionResponse::input)
                .containsExactly("{}", "{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "with space", "sl/ash", "x:y", "a\u0000b", "\ud800", "a*", "~"})
    @DisplayName("A name that can't be one is InvalidName")
    void invalidName(String name) {
        assertRefused("InvalidName", "'" + name + "'", () -> aws.start(name, REFUSED));
    }

    @Test
    @DisplayName("A name has 80 characters at most")
    void longName() throws InterruptedException {
        aws.await(aws.start("n".repeat(80), REFUSED));

        assertRefused("InvalidName", "nnn", () -> aws.start("n".repeat(81), REFUSED));
    }

    @Test
    @DisplayName("Input that is no JSON is InvalidExecutionInput")
    void invalidInput() {
        assertRefused("InvalidExecutionInput", "Unexpected", () -> aws.start("one", "{"));
        assertThat(list(ListExecutionsRequest.builder())).isEmpty();
    }

    @Test
    @DisplayName("An unknown state machine or execution is Step Functions' error")
    void unknown() {
        String machine = aws.lab.stateMachineArn() + "x";
        var start = StartExecutionRequest.builder().stateMachineArn(machine).build();
        var list = ListExecutionsRequest.builder().stateMachineArn(machine).build();

        assertRefused(
                "StateMachineDoesNotExist", machine, () -> aws.lab.states().startExecution(start));
        assertRefused(
                "StateMachineDoesNotExist", machine, () -> aws.lab.states().listExecutions(list));
        assertRefused("ExecutionDoesNotExist", ":none'", () -> aws.describe(arn("none")));
        assertRefused("ExecutionDoesNotExist", ":none'", () -> aws.stop(arn("none"), "", ""));
    }

    @Test
    @DisplayName("What is no execution's ARN finds nothing, and no file outside of the executions")
    void invalidArn() throws InterruptedException {
        aws.await(aws.start("one", REFUSED));

        assertRefused("ExecutionDoesNotExist", "account", () -> aws.describe(arn("../account")));
        assertRefused("InvalidArn", "one", () -> aws.describe("one"));
        assertRefused("InvalidArn", "prebake", () -> aws.describe(aws.lab.stateMachineArn()));
        assertRefused(
                "ExecutionDoesNotExist",
                "other",
                () -> aws.describe("arn:aws:states:us-east-1:123456789012:execution:other:one"));
    }

    @Test
    @DisplayName("Executions are listed newest first with the status they have now, and by status")
    void lists() throws InterruptedException {
        aws.await(aws.start("one", REFUSED));
        aws.lab.clock().sleep(Duration.ofSeconds(1));
        aws.await(aws.start("two", REFUSED));

        assertThat(list(ListExecutionsRequest.builder()))
                .extracting(ExecutionListItem::name, ExecutionListItem::status)
                .containsExactly(tuple("two", ExecutionStatus.FAILED), tuple("one", ExecutionStatus.FAILED));
        assertThat(list(ListExecutionsRequest.builder().statusFilter(ExecutionStatus.FAILED)))
                .hasSize(2);
        assertThat(list(ListExecutionsRequest.builder().statusFilter(ExecutionStatus.SUCCEEDED)))
                .isEmpty();
    }

    @Test
    @DisplayName("Starting again what runs, under its name and with its input, is the same execution")
    void idempotent() throws Exception {
        try (var registry = new HeldRegistry()) {
            String arn = aws.start("one", registry.input());
            registry.awaitRequest();

            assertThat(aws.start("one", registry.input())).isEqualTo(arn);
            assertRefused("ExecutionAlreadyExists", ":one'", () -> aws.start("one", REFUSED));
            assertThat(aws.describe(arn).status()).isEqualTo(ExecutionStatus.RUNNING);
            assertThat(aws.describe(arn).stopDate()).isNull();
            assertThat(list(ListExecutionsRequest.builder().statusFilter(ExecutionStatus.RUNNING)))
                    .hasSize(1);
            aws.stop(arn, "Test.Done", "");
        }
    }

    private static String arn(String name) {
        return "arn:aws:states:us-east-1:123456789012:execution:prebake:" + name;
    }

    private List<ExecutionListItem> list(ListExecutionsRequest.Builder request) {
        return aws.lab
                .states()
                .listExecutions(
                        request.stateMachineArn(aws.lab.stateMachineArn()).build())
                .executions();
    }
}
