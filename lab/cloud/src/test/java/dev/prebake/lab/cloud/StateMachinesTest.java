package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.lab.clock.Activity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.CreateStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.DeleteStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineForExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.ExecutionRedriveStatus;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryRequest;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryResponse;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.ListExecutionsRequest;
import software.amazon.awssdk.services.sfn.model.ListStateMachinesRequest;
import software.amazon.awssdk.services.sfn.model.RedriveExecutionRequest;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;
import software.amazon.awssdk.services.sfn.model.StateMachineListItem;
import software.amazon.awssdk.services.sfn.model.StateMachineType;
import software.amazon.awssdk.services.sfn.model.UpdateStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.ValidateStateMachineDefinitionRequest;

@DisplayName("The lab's Step Functions")
@SuppressWarnings("NullAway.Init")
class StateMachinesTest {
    private static final String ROLE = "arn:aws:iam::123456789012:role/tests";

    /** Adds one to a variable, then asks the lab's PlanBake, which refuses, or succeeds when told so. */
    private static final String COUNT = """
            {"QueryLanguage": "JSONata", "StartAt": "Count", "States": {
              "Count": {"Type": "Pass", "Assign": {"count": 1}, "Next": "Ask"},
              "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "PlanBake", "Payload": {}}, "End": true}}}""";

    private static final String WAIT = """
            {"QueryLanguage": "JSONata", "StartAt": "Count", "States": {
              "Count": {"Type": "Pass", "Assign": {"count": "{% $states.input.count + 1 %}"}, "Next": "Hold"},
              "Hold": {"Type": "Wait", "Seconds": "{% $states.context.Execution.RedriveCount = 0 ? 90000000 : 1 %}",
                "Output": {"count": "{% $count %}", "redrives": "{% $states.context.Execution.RedriveCount %}"},
                "End": true}}}""";

    private static final String PASS = """
            {"QueryLanguage": "JSONata", "StartAt": "Say", "States": {
              "Say": {"Type": "Pass", "Output": {"said": "%s"}, "End": true}}}""";

    @TempDir
    private Path home;

    private Session aws;
    private SfnClient states;

    @BeforeEach
    void open() {
        reopen();
    }

    @AfterEach
    void close() {
        aws.close();
    }

    private void reopen() {
        aws = new Session(home);
        states = aws.lab.states();
    }

    @Test
    @DisplayName("A machine is created, described, listed and runs; the deployment's is there from the start")
    void creates() throws InterruptedException {
        String arn = create("say", PASS.formatted("hello"));

        assertThat(arn).isEqualTo("arn:aws:states:us-east-1:123456789012:stateMachine:say");
        var described = states.describeStateMachine(
                DescribeStateMachineRequest.builder().stateMachineArn(arn).build());
        assertThat(described.definition()).isEqualTo(PASS.formatted("hello"));
        assertThat(described.roleArn()).isEqualTo(ROLE);
        assertThat(described.type()).isEqualTo(StateMachineType.STANDARD);
        assertThat(states.listStateMachines(ListStateMachinesRequest.builder().build())
                        .stateMachines())
                .extracting(StateMachineListItem::name)
                .containsExactly("prebake", "say");
        DescribeExecutionResponse execution = aws.await(start(arn, "one", "{\"a\":1}"));
        assertThat(execution.status()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(execution.output()).isEqualTo("{\"said\":\"hello\"}");
        assertThat(execution.executionArn()).isEqualTo("arn:aws:states:us-east-1:123456789012:execution:say:one");
        assertThat(execution.redriveStatus()).isEqualTo(ExecutionRedriveStatus.NOT_REDRIVABLE);
        assertThat(execution.redriveStatusReason()).isEqualTo("Execution is SUCCEEDED and cannot be redriven");
    }

    @Test
    @DisplayName(
            "Creating the same again changes nothing; another definition under the name is StateMachineAlreadyExists")
    void createsOnce() {
        String arn = create("say", PASS.formatted("hello"));

        assertThat(create("say", PASS.formatted("hello"))).isEqualTo(arn);
        assertRefused("StateMachineAlreadyExists", arn, () -> create("say", PASS.formatted("bye")));
    }

    @Test
    @DisplayName("What can't be created is refused with AWS's code, and a definition with all that is wrong")
    void refuses() {
        assertRefused("InvalidName", "a b", () -> create("a b", PASS));
        assertRefused("InvalidDefinition", "SCHEMA_VALIDATION_FAILED", () -> create("a", "{}"));
        assertRefused("InvalidDefinition", "not JSON", () -> create("a", "{"));
        var request =
                CreateStateMachineRequest.builder().name("a").definition(PASS).roleArn(ROLE);
        assertRefused(
                "StateMachineTypeNotSupported",
                "EXPRESS",
                () -> states.createStateMachine(
                        request.type(StateMachineType.EXPRESS).build()));
        assertRefused(
                "ValidationException",
                "publish",
                () -> states.createStateMachine(
                        request.type(StateMachineType.STANDARD).publish(true).build()));
        assertRefused(
                "InvalidArn",
                "me",
                () -> states.createStateMachine(
                        request.publish(false).roleArn("me").build()));
        assertRefused(
                "ValidationException",
                "'definition'",
                () -> states.createStateMachine(
                        request.roleArn(ROLE).definition(null).build()));
        var deployed = UpdateStateMachineRequest.builder()
                .stateMachineArn(aws.lab.stateMachineArn())
                .definition(PASS);
        assertRefused("ValidationException", "image-cache.asl.json", () -> states.updateStateMachine(deployed.build()));
    }

    @Test
    @DisplayName("An update is what later executions run; an earlier one tells what it ran")
    void updates() throws InterruptedException {
        String arn = create("say", PASS.formatted("hello"));
        String first = start(arn, "one", "{}");
        aws.await(first);

        var updated = states.updateStateMachine(UpdateStateMachineRequest.builder()
                .stateMachineArn(arn)
                .definition(PASS.formatted("bye"))
                .build());
        String second = start(arn, "two", "{}");

        assertThat(aws.await(second).output()).isEqualTo("{\"said\":\"bye\"}");
        assertThat(forExecution(first)).isEqualTo(PASS.formatted("hello"));
        assertThat(forExecution(second)).isEqualTo(PASS.formatted("bye"));
        assertThat(updated.revisionId()).isNotBlank();
        assertRefused(
                "MissingRequiredParameter",
                "definition",
                () -> states.updateStateMachine(
                        UpdateStateMachineRequest.builder().stateMachineArn(arn).build()));
    }

    @Test
    @DisplayName(
            "Machines, executions and histories are there when the lab is opened again; a deleted machine is gone with all")
    void survives() throws InterruptedException {
        String arn = create("say", PASS.formatted("hello"));
        String execution = start(arn, "one", "{}");
        aws.await(execution);
        List<HistoryEvent> events =
                history(execution, GetExecutionHistoryRequest.builder()).events();
        aws.close();
        reopen();

        assertThat(history(execution, GetExecutionHistoryRequest.builder()).events())
                .isEqualTo(events);
        assertThat(aws.describe(execution).output()).isEqualTo("{\"said\":\"hello\"}");
        assertThat(forExecution(execution)).isEqualTo(PASS.formatted("hello"));
        delete(arn);
        assertRefused("ExecutionDoesNotExist", "one", () -> aws.describe(execution));
        assertRefused("StateMachineDoesNotExist", "say", () -> start(arn, "two", "{}"));
        aws.close();
        reopen();
        assertRefused("StateMachineDoesNotExist", "say", () -> start(arn, "two", "{}"));
    }

    @Test
    @DisplayName("Deleting a machine ends what runs of it")
    void deletesRunning() {
        String arn = create("wait", WAIT);
        start(arn, "one", "{\"count\":1}");

        delete(arn);

        assertRefused("StateMachineDoesNotExist", "wait", () -> start(arn, "two", "{}"));
    }

    @Test
    @DisplayName("A history has AWS's types, ids and details, either way round, in pages, and without data when asked")
    void history() throws InterruptedException {
        String arn = start(create("count", COUNT), "one", "{\"a\":1}");
        aws.await(arn);

        List<HistoryEvent> events =
                history(arn, GetExecutionHistoryRequest.builder()).events();
        assertThat(events)
                .extracting(HistoryEvent::typeAsString)
                .containsExactly(
                        "ExecutionStarted",
                        "PassStateEntered",
                        "PassStateExited",
                        "TaskStateEntered",
                        "TaskScheduled",
                        "TaskStarted",
                        "TaskFailed",
                        "ExecutionFailed");
        assertThat(events).extracting(HistoryEvent::id).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        assertThat(events).extracting(HistoryEvent::previousEventId).containsExactly(0L, 0L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(events.getFirst().executionStartedEventDetails().input()).isEqualTo("{\"a\":1}");
        assertThat(events.get(2).stateExitedEventDetails().assignedVariables()).containsEntry("count", "1");
        assertThat(events.get(4).taskScheduledEventDetails().parameters()).contains("PlanBake");
        assertThat(events.get(6).taskFailedEventDetails().error()).endsWith("InvalidInputException");
        assertThat(events.getLast().executionFailedEventDetails().cause()).contains("JSON object");

        assertThat(history(arn, GetExecutionHistoryRequest.builder().reverseOrder(true))
                        .events())
                .isEqualTo(events.reversed());
        assertThat(history(arn, GetExecutionHistoryRequest.builder().includeExecutionData(false))
                        .events()
                        .getFirst()
                        .executionStartedEventDetails()
                        .input())
                .isNull();
        assertThat(paged(arn)).isEqualTo(events);
        assertRefused(
                "InvalidToken",
                "nonsense",
                () -> history(arn, GetExecutionHistoryRequest.builder().nextToken("nonsense")));
        assertRefused(
                "ValidationException",
                "1001",
                () -> history(arn, GetExecutionHistoryRequest.builder().maxResults(1001)));
    }

    @Test
    @DisplayName("Executions are listed in pages that nothing new disturbs")
    void pages() throws InterruptedException {
        String arn = create("say", PASS.formatted("hello"));
        for (String name : List.of("a", "b", "c")) {
            aws.await(start(arn, name, "{}"));
        }
        var request = ListExecutionsRequest.builder().stateMachineArn(arn).maxResults(2);

        var first = states.listExecutions(request.build());
        aws.await(start(arn, "d", "{}"));
        var second = states.listExecutions(request.nextToken(first.nextToken()).build());

        assertThat(Stream.concat(first.executions().stream(), second.executions().stream()))
                .extracting(ExecutionListItem::name)
                .containsExactly("c", "b", "a");
        assertThat(second.nextToken()).isNull();
        assertRefused(
                "ValidationException",
                "'DONE'",
                () -> states.listExecutions(ListExecutionsRequest.builder()
                        .stateMachineArn(arn)
                        .statusFilter("DONE")
                        .build()));
    }

    @Test
    @DisplayName("A stopped execution is redriven from its state, with its variables, and its history goes on")
    void redrives() throws InterruptedException {
        String machine = create("wait", WAIT);
        CountDownLatch holds = new CountDownLatch(1);
        aws.whenEntered.put("Hold", holds::countDown);
        String arn;
        // While something goes on in the lab, no wait is passed over.
        try (Activity _ = aws.lab.clock().begin("the test")) {
            arn = start(machine, "one", "{\"count\":6}");
            holds.await();
            aws.stop(arn, "Test.Stop", "stopped");
        }
        aws.await(arn);
        assertThat(aws.describe(arn).redriveStatus()).isEqualTo(ExecutionRedriveStatus.REDRIVABLE);

        redrive(arn, "token");

        DescribeExecutionResponse execution = aws.await(arn);
        assertThat(execution.status()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(execution.output()).isEqualTo("{\"count\":7,\"redrives\":1}");
        assertThat(execution.redriveCount()).isEqualTo(1);
        assertThat(execution.redriveDate()).isAfterOrEqualTo(execution.startDate());
        assertThat(history(arn, GetExecutionHistoryRequest.builder()).events())
                .extracting(HistoryEvent::typeAsString)
                .endsWith(
                        "WaitStateEntered",
                        "ExecutionAborted",
                        "ExecutionRedriven",
                        "WaitStateExited",
                        "ExecutionSucceeded");
        assertThat(states.listExecutions(ListExecutionsRequest.builder()
                                .stateMachineArn(machine)
                                .redriveFilter("NOT_REDRIVEN")
                                .build())
                        .executions())
                .isEmpty();
        redrive(arn, "token");
        assertThat(aws.describe(arn).redriveCount()).isEqualTo(1);
        assertRefused("ExecutionNotRedrivable", "SUCCEEDED", () -> redrive(arn, "another"));
    }

    @Test
    @DisplayName("A failed task is scheduled again by a redrive, in the lab that comes after too")
    void redrivesLater() throws InterruptedException {
        String arn = start(create("count", COUNT), "one", "{}");
        aws.await(arn);
        aws.close();
        reopen();

        redrive(arn, null);

        assertThat(aws.await(arn).status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(history(arn, GetExecutionHistoryRequest.builder()).events())
                .extracting(HistoryEvent::typeAsString)
                .endsWith(
                        "ExecutionFailed",
                        "ExecutionRedriven",
                        "TaskScheduled",
                        "TaskStarted",
                        "TaskFailed",
                        "ExecutionFailed");
    }

    @Test
    @DisplayName("A definition is validated without being kept")
    void validates() {
        assertThat(states.validateStateMachineDefinition(ValidateStateMachineDefinitionRequest.builder()
                                .definition(COUNT)
                                .build())
                        .resultAsString())
                .isEqualTo("OK");
        var failed = states.validateStateMachineDefinition(ValidateStateMachineDefinitionRequest.builder()
                .definition(
                        "{\"QueryLanguage\": \"JSONata\", \"StartAt\": \"A\", \"States\": {\"B\": {\"Type\": \"Pass\"}}}")
                .maxResults(1)
                .build());
        assertThat(failed.resultAsString()).isEqualTo("FAIL");
        assertThat(failed.truncated()).isTrue();
        assertThat(failed.diagnostics()).singleElement().satisfies(problem -> {
            assertThat(problem.severityAsString()).isEqualTo("ERROR");
            assertThat(problem.location()).startsWith("/");
        });
    }

    private String create(String name, String definition) {
        return states.createStateMachine(CreateStateMachineRequest.builder()
                        .name(name)
                        .definition(definition)
                        .roleArn(ROLE)
                        .build())
                .stateMachineArn();
    }

    private void delete(String arn) {
        var ignored = states.deleteStateMachine(
                DeleteStateMachineRequest.builder().stateMachineArn(arn).build());
    }

    private String start(String machine, String name, String input) {
        return states.startExecution(StartExecutionRequest.builder()
                        .stateMachineArn(machine)
                        .name(name)
                        .input(input)
                        .build())
                .executionArn();
    }

    private void redrive(String arn, @Nullable String token) {
        var ignored = states.redriveExecution(RedriveExecutionRequest.builder()
                .executionArn(arn)
                .clientToken(token)
                .build());
    }

    private String forExecution(String arn) {
        return states.describeStateMachineForExecution(DescribeStateMachineForExecutionRequest.builder()
                        .executionArn(arn)
                        .build())
                .definition();
    }

    private GetExecutionHistoryResponse history(String arn, GetExecutionHistoryRequest.Builder request) {
        return states.getExecutionHistory(request.executionArn(arn).build());
    }

    private List<HistoryEvent> paged(String arn) {
        List<HistoryEvent> events = new ArrayList<>();
        var request = GetExecutionHistoryRequest.builder().maxResults(3);
        GetExecutionHistoryResponse page;
        do {
            page = history(arn, request);
            events.addAll(page.events());
            request.nextToken(page.nextToken());
        } while (page.nextToken() != null);
        return events;
    }
}
