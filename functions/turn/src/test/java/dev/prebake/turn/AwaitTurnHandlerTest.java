package dev.prebake.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.AwsCallFailedException;
import dev.prebake.kernel.HandlerCall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.SfnException;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryResponse;
import software.amazon.awssdk.services.ssm.model.ParameterHistory;
import software.amazon.awssdk.services.ssm.model.ParameterTier;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;
import software.amazon.awssdk.services.ssm.model.PutParameterResponse;
import software.amazon.awssdk.services.ssm.model.SsmException;

@DisplayName("AwaitTurn")
class AwaitTurnHandlerTest {
    private static final String PREFIX = "arn:aws:states:eu-central-1:123456789012:execution:prebake:";
    private static final String PLANNED = "2026-11-24T05:08:00Z";
    private static final String BEFORE = "2026-11-24T05:07:00Z";
    private static final String AFTER = "2026-11-24T05:08:01Z";

    private final SsmClient ssm = mock(SsmClient.class, CALLS_REAL_METHODS);
    private final SfnClient sfn = mock(SfnClient.class, CALLS_REAL_METHODS);
    private final AwaitTurnHandler handler = new AwaitTurnHandler(ssm, sfn);
    private final List<ParameterHistory> versions = new ArrayList<>();
    private final List<PutParameterRequest> written = new ArrayList<>();
    private final Map<String, DescribeExecutionResponse> executions = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private String writtenAt = BEFORE;
    private @Nullable Runnable afterLook;
    private int hidden;

    @BeforeEach
    void aws() {
        doAnswer(call -> {
                    GetParameterHistoryRequest request = call.getArgument(0);
                    assertThat(request.name()).isEqualTo("/prebake/pytorch/turns");
                    if (versions.isEmpty()) {
                        throw refusal("ParameterNotFound");
                    }
                    List<ParameterHistory> shown = List.copyOf(versions.subList(0, versions.size() - hidden));
                    return GetParameterHistoryResponse.builder()
                            .parameters(shown)
                            .build();
                })
                .when(ssm)
                .getParameterHistory(any(GetParameterHistoryRequest.class));
        doAnswer(call -> {
                    PutParameterRequest request = call.getArgument(0);
                    Runnable between = afterLook;
                    if (between != null) {
                        afterLook = null;
                        between.run();
                    }
                    written.add(request);
                    return PutParameterResponse.builder()
                            .version(write(request.value()))
                            .build();
                })
                .when(ssm)
                .putParameter(any(PutParameterRequest.class));
        doAnswer(call -> {
                    DescribeExecutionRequest request = call.getArgument(0);
                    assertThat(request.executionArn()).startsWith(PREFIX);
                    String name = request.executionArn().substring(PREFIX.length());
                    asked.add(name);
                    DescribeExecutionResponse execution = executions.get(name);
                    if (execution == null) {
                        throw SfnException.builder()
                                .awsErrorDetails(AwsErrorDetails.builder()
                                        .errorCode("ExecutionDoesNotExist")
                                        .build())
                                .statusCode(400)
                                .build();
                    }
                    return execution;
                })
                .when(sfn)
                .describeExecution(any(DescribeExecutionRequest.class));
    }

    @Test
    @DisplayName("lets the first execution of a cache on at once, with the first ticket of its parameter")
    void first() {
        assertThat(ask("one")).hasToString("{\"done\":true,\"turn\":{\"ticket\":1,\"ahead\":[],\"replan\":false}}");

        assertThat(written).singleElement().satisfies(request -> {
            assertThat(request.name()).isEqualTo("/prebake/pytorch/turns");
            assertThat(request.value()).isEqualTo("{\"execution\":\"one\",\"redrives\":0,\"from\":1}");
            assertThat(request.type()).isEqualTo(ParameterType.STRING);
            assertThat(request.tier()).isEqualTo(ParameterTier.STANDARD);
            assertThat(request.overwrite()).isTrue();
        });
        assertThat(asked).isEmpty();
    }

    @Test
    @DisplayName("holds the second back while the first runs, and has it plan again then")
    void second() {
        ask("one");
        runs("one");

        JsonNode waiting = ask("two");
        assertThat(waiting)
                .hasToString("{\"done\":false,\"waitSeconds\":5,\"turn\":{\"ticket\":2,"
                        + "\"ahead\":[{\"execution\":\"one\",\"redrives\":0}],\"replan\":true}}");
        assertThat(again("two", waiting)).isEqualTo(waiting);

        ended("one", ExecutionStatus.SUCCEEDED, AFTER);
        JsonNode turn = again("two", waiting);
        assertThat(turn.path("done").asBoolean()).isTrue();
        assertThat(turn.at("/turn/replan").asBoolean()).isTrue();
        assertThat(written).hasSize(2);
    }

    @ParameterizedTest
    @DisplayName("has the plan made again only when the one before may have changed something since")
    @CsvSource({
        "SUCCEEDED, 2026-11-24T05:07:59Z, false",
        "SUCCEEDED, 2026-11-24T05:08:00Z, false",
        "SUCCEEDED, 2026-11-24T05:08:00.001Z, true",
        "ABORTED, 2026-11-24T05:07:00Z, false",
        "FAILED, 2026-11-24T05:09:00Z, true",
    })
    void replans(ExecutionStatus status, String endedAt, boolean replan) {
        ask("one");
        ended("one", status, endedAt);

        JsonNode turn = ask("two");

        assertThat(turn.path("done").asBoolean()).isTrue();
        assertThat(turn.at("/turn/replan").asBoolean()).isEqualTo(replan);
    }

    @Test
    @DisplayName("has the plan made again when others have come and gone since, too")
    void cameAndWent() {
        ask("one");
        ended("one", ExecutionStatus.SUCCEEDED, BEFORE);
        writtenAt = AFTER;
        ask("two");
        ended("two", ExecutionStatus.FAILED, AFTER);
        // Its own look at the one before it was after that one's end.
        ask("three");
        ended("three", ExecutionStatus.FAILED, BEFORE);

        assertThat(ask("four").at("/turn/replan").asBoolean()).isTrue();
    }

    @Test
    @DisplayName("goes by the order of the tickets, whoever looked first")
    void between() {
        afterLook = () -> {
            ask("quick");
            runs("quick");
        };

        JsonNode slow = ask("slow");

        assertThat(slow.path("done").asBoolean()).isFalse();
        assertThat(slow.at("/turn/ahead/0/execution").asText()).isEqualTo("quick");
        assertThat(slow.at("/turn/ticket").asInt()).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "takes one ticket when it runs again with the same input, and the first one where an answer was lost in the SDK")
    void idempotent() {
        ask("one");
        runs("one");
        JsonNode once = ask("two");

        JsonNode twice = ask("two");
        assertThat(twice).isEqualTo(once);
        assertThat(versions).hasSize(2);

        write(Ticket.text(new Predecessor("two", 0), 1));
        runs("two");
        assertThat(ask("two").at("/turn/ticket").asInt()).isEqualTo(2);
        assertThat(ask("three").at("/turn/ahead"))
                .hasToString("[{\"execution\":\"one\",\"redrives\":0},{\"execution\":\"two\",\"redrives\":0}]");
    }

    @Test
    @DisplayName("passes over who ended while waiting, and waits for those before them all the same")
    void deadInTheMiddle() {
        for (String name : List.of("one", "two", "three")) {
            ask(name);
            runs(name);
        }
        ended("two", ExecutionStatus.ABORTED, AFTER);

        JsonNode waiting = ask("four");
        assertThat(waiting.at("/turn/ahead/0/execution").asText()).isEqualTo("one");

        ended("one", ExecutionStatus.FAILED, AFTER);
        JsonNode then = again("four", waiting);
        assertThat(then.path("done").asBoolean()).isFalse();
        assertThat(then.at("/turn/ahead")).hasToString("[{\"execution\":\"three\",\"redrives\":0}]");

        ended("three", ExecutionStatus.SUCCEEDED, AFTER);
        assertThat(again("four", then).path("done").asBoolean()).isTrue();
    }

    @Test
    @DisplayName("takes nothing for its turn while SSM doesn't show all tickets before its own")
    void shownLate() {
        ask("one");
        runs("one");
        ask("two");
        runs("two");
        hidden = 1;
        JsonNode unseen = ask("three");
        assertThat(unseen).hasToString("{\"done\":false,\"waitSeconds\":5}");
        hidden = 0;

        JsonNode seen = ask("three");
        assertThat(seen.path("done").asBoolean()).isFalse();
        assertThat(seen.at("/turn/ahead")).hasSize(2);
        assertThat(versions).hasSize(3);

        versions.remove(1);
        assertThat(ask("three")).hasToString("{\"done\":false,\"waitSeconds\":5}");
    }

    @Test
    @DisplayName("goes on for any number of executions one after the other, asking for the one before alone")
    void many() {
        for (int i = 1; i <= 150; i++) {
            asked.clear();
            assertThat(ask("run-" + i).path("done").asBoolean()).isTrue();
            assertThat(asked).hasSizeLessThanOrEqualTo(1);
            ended("run-" + i, i % 2 == 0 ? ExecutionStatus.SUCCEEDED : ExecutionStatus.FAILED, BEFORE);
        }
        assertThat(versions).hasSize(100);
        runs("run-150");
        assertThat(ask("next").at("/turn/ahead")).hasToString("[{\"execution\":\"run-150\",\"redrives\":0}]");
    }

    @Test
    @DisplayName("refuses in words that name the first one when half of what SSM keeps would stand before it")
    void tooMany() {
        for (int i = 1; i <= 50; i++) {
            ask("run-" + i);
            runs("run-" + i);
        }

        assertThatThrownBy(() -> ask("next"))
                .isInstanceOf(LineTooLongException.class)
                .hasMessageContainingAll("50 executions", "/prebake/pytorch/turns", PREFIX + "run-1");
        assertThat(written).hasSize(50);
    }

    @Test
    @DisplayName("refuses a line of which SSM has dropped the beginning")
    void lostBeginning() {
        ask("one");
        runs("one");
        afterLook = () -> {
            for (int i = 0; i < 110; i++) {
                write(Ticket.text(new Predecessor("run-" + i, 0), 1));
            }
        };

        assertThatThrownBy(() -> ask("last")).isInstanceOf(LineTooLongException.class);
    }

    @Test
    @DisplayName("ends after twelve hours in an error that names whom it waited for")
    void deadline() {
        ask("one");
        runs("one");
        ask("two");
        runs("two");
        JsonNode waiting = ask("three");

        assertThat(later("three", waiting, "2026-11-24T17:07:59Z")
                        .path("waitSeconds")
                        .asInt())
                .isEqualTo(120);
        assertThatThrownBy(() -> later("three", waiting, "2026-11-24T17:08:00Z"))
                .isInstanceOf(TurnTimedOutException.class)
                .hasMessageContainingAll("12 h", PREFIX + "one still runs", "and 1 more", "stop-execution");
        ended("one", ExecutionStatus.SUCCEEDED, AFTER);
        ended("two", ExecutionStatus.SUCCEEDED, AFTER);
        assertThat(later("three", waiting, "2026-11-24T17:08:00Z").path("done").asBoolean())
                .isTrue();

        hidden = 1;
        assertThatThrownBy(() -> later("four", null, "2026-11-24T17:08:00Z"))
                .isInstanceOf(TurnTimedOutException.class)
                .hasMessageContaining("doesn't show");
    }

    @Test
    @DisplayName("counts nobody whom the workflow doesn't know, nor what others wrote into the parameter")
    void strangers() {
        write("by hand");
        write("{\"execution\":null}");
        write(Ticket.text(new Predecessor("of-another-workflow", 0), 1));

        assertThat(ask("one")).hasToString("{\"done\":true,\"turn\":{\"ticket\":4,\"ahead\":[],\"replan\":false}}");
    }

    @Test
    @DisplayName("gives a redriven execution a new ticket, and lets nobody wait for its old one")
    void redriven() {
        ask("one");
        ended("one", ExecutionStatus.ABORTED, BEFORE);
        ask("two");
        runs("two");
        JsonNode three = ask("three");
        runs("three");
        executions.put(
                "one",
                DescribeExecutionResponse.builder()
                        .status(ExecutionStatus.RUNNING)
                        .redriveCount(1)
                        .build());

        JsonNode one = HandlerCall.call(handler, request("one", null, AFTER).put("redrives", 1));

        assertThat(one.at("/turn/ahead")).hasSize(2);
        ended("two", ExecutionStatus.SUCCEEDED, AFTER);
        assertThat(again("three", three).path("done").asBoolean()).isTrue();
    }

    @Test
    @DisplayName("doesn't take a refusal for an empty line")
    void forbidden() {
        doAnswer(_ -> {
                    throw refusal("AccessDeniedException");
                })
                .when(ssm)
                .getParameterHistory(any(GetParameterHistoryRequest.class));

        assertThatThrownBy(() -> ask("one")).isInstanceOf(AwsCallFailedException.class);
        assertThat(written).isEmpty();
    }

    private JsonNode ask(String execution) {
        return HandlerCall.call(handler, request(execution, null, AFTER));
    }

    private JsonNode again(String execution, JsonNode answer) {
        return HandlerCall.call(handler, request(execution, answer, AFTER));
    }

    private JsonNode later(String execution, @Nullable JsonNode answer, String now) {
        return HandlerCall.call(handler, request(execution, answer, now));
    }

    private static ObjectNode request(String execution, @Nullable JsonNode answer, String now) {
        ObjectNode request = HandlerCall.event("AwaitTurn")
                .put("executionArn", PREFIX + execution)
                .put("plannedAt", PLANNED)
                .put("now", now);
        if (answer != null) {
            request.set("turn", answer.path("turn"));
        }
        return request;
    }

    /** The version's number. */
    private long write(String value) {
        long number = versions.isEmpty() ? 1 : versions.getLast().version() + 1;
        versions.add(ParameterHistory.builder()
                .version(number)
                .value(value)
                .lastModifiedDate(Instant.parse(writtenAt))
                .build());
        if (versions.size() > 100) {
            versions.removeFirst();
        }
        return number;
    }

    private void runs(String name) {
        executions.put(
                name,
                DescribeExecutionResponse.builder()
                        .status(ExecutionStatus.RUNNING)
                        .build());
    }

    private void ended(String name, ExecutionStatus status, String at) {
        executions.put(
                name,
                DescribeExecutionResponse.builder()
                        .status(status)
                        .stopDate(Instant.parse(at))
                        .build());
    }

    private static SsmException refusal(String code) {
        return (SsmException) SsmException.builder()
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .statusCode(400)
                .build();
    }
}
