package dev.prebake.lab.states;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.prebake.lab.clock.LabClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** What the tests share: an identity, a time, and a readable form of a history. */
final class Tests {
    static final Instant START = Instant.parse("2026-01-31T18:00:00Z");
    static final ExecutionIdentity IDENTITY = new ExecutionIdentity(
            "arn:aws:states:us-east-1:123456789012:execution:cache:run-1",
            "run-1",
            "arn:aws:states:us-east-1:123456789012:stateMachine:cache",
            "cache",
            "arn:aws:iam::123456789012:role/lab",
            "us-east-1");

    private static final JsonMapper MAPPER = new JsonMapper();

    private Tests() {}

    static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** A definition of these states, the first of which is where it starts. */
    static String definition(String startAt, String states) {
        return """
                {"QueryLanguage": "JSONata", "StartAt": "%s", "States": {%s}}""".formatted(startAt, states);
    }

    static Execution start(String definition, String input, LabClock clock, TaskInvoker invoker) {
        return new Interpreter(clock, invoker, new Random(1))
                .start(StateMachine.parse(definition), IDENTITY, json(input), event -> {});
    }

    /** Runs states without tasks on a clock that stands at {@link #START}. */
    static ExecutionOutcome run(String definition, String input) {
        return start(definition, input, LabClock.frozenAt(START), (resource, arguments, context) -> {
                    throw new TaskFailedException("NoTasksHere", null);
                })
                .run();
    }

    /** Each event as {@code id<-previous +secondsSinceStart Type details}. */
    static List<String> lines(List<HistoryEvent> history) {
        return history.stream()
                .map(event -> "%d<-%d +%s %s%s"
                        .formatted(
                                event.id(),
                                event.previousEventId(),
                                seconds(Duration.between(START, event.timestamp())),
                                event.type().awsName(),
                                details(event.details())))
                .toList();
    }

    private static String seconds(Duration span) {
        String millis = span.toMillisPart() == 0 ? "" : ".%03d".formatted(span.toMillisPart());
        return span.toSeconds() + millis;
    }

    private static String details(HistoryDetails details) {
        return switch (details) {
            case HistoryDetails.ExecutionStarted started -> " " + started.input() + " as " + started.roleArn();
            case HistoryDetails.ExecutionSucceeded succeeded -> " " + succeeded.output();
            case HistoryDetails.ExecutionStopped stopped -> " " + stopped.error() + ": " + stopped.cause();
            case HistoryDetails.ExecutionRedriven redriven -> " " + redriven.redriveCount();
            case HistoryDetails.StateEntered entered -> " " + entered.name() + " " + entered.input();
            case HistoryDetails.StateExited exited ->
                " " + exited.name() + " " + exited.output()
                        + (exited.assignedVariables().isEmpty()
                                ? ""
                                : " assigned " + new TreeMap<>(exited.assignedVariables()));
            case HistoryDetails.TaskScheduled scheduled ->
                " " + scheduled.resourceType() + " " + scheduled.resource() + " in " + scheduled.region() + " "
                        + scheduled.parameters()
                        + (scheduled.timeoutInSeconds() == null
                                ? ""
                                : " within " + scheduled.timeoutInSeconds() + " s");
            case HistoryDetails.TaskStarted started -> " " + started.resourceType() + " " + started.resource();
            case HistoryDetails.TaskSucceeded succeeded -> " " + succeeded.output();
            case HistoryDetails.TaskFailed failed -> " " + failed.error() + ": " + failed.cause();
            case HistoryDetails.EvaluationFailed failed ->
                " " + failed.state() + " at " + failed.location() + ": " + failed.error() + ": " + failed.cause();
        };
    }
}
