package dev.prebake.lab.cloud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Json;
import dev.prebake.lab.host.DataPlanes;
import dev.prebake.lab.states.HistoryDetails;
import dev.prebake.lab.states.HistoryEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;
import software.amazon.awssdk.services.sfn.model.StopExecutionRequest;
import software.amazon.awssdk.services.sfn.model.StopExecutionResponse;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;

/** A whole lab over folders, from its opening to its close, with what was seen in it. */
final class Session implements AutoCloseable {
    final Lab lab;
    final List<String> progress = new CopyOnWriteArrayList<>();
    private final List<HistoryEvent> events = new CopyOnWriteArrayList<>();
    /** What else a test does as soon as a state is entered, before it does its work. */
    final Map<String, Runnable> whenEntered = new ConcurrentHashMap<>();

    private final BlockingQueue<HistoryEvent> ends = new LinkedBlockingQueue<>();

    Session(Path home) {
        lab = Lab.open(DataPlanes.detect(home).openDirectories(), new LabObserver() {
            @Override
            public void happened(HistoryEvent event) {
                events.add(event);
                if (event.details() instanceof HistoryDetails.StateEntered entered) {
                    whenEntered.getOrDefault(entered.name(), () -> {}).run();
                }
                if (event.type().isLast()) {
                    ends.add(event);
                }
            }

            @Override
            public void progress(String line) {
                progress.add(line);
            }
        });
    }

    @Override
    public void close() {
        lab.close();
    }

    /** Starts an execution and returns its ARN. */
    String start(String name, String input) {
        return lab.states()
                .startExecution(StartExecutionRequest.builder()
                        .stateMachineArn(lab.stateMachineArn())
                        .name(name)
                        .input(input)
                        .build())
                .executionArn();
    }

    /** Runs one execution that bakes an image to its end. */
    DescribeExecutionResponse bake(String name, String reference) throws InterruptedException {
        return await(start(name, input(reference)));
    }

    static String input(String reference) {
        return "{\"images\": [\"" + reference + "\"]}";
    }

    /** Waits until the one execution that runs has ended. */
    DescribeExecutionResponse await(String arn) throws InterruptedException {
        return await(List.of(arn)).getFirst();
    }

    /** Waits until all executions that run have ended. */
    List<DescribeExecutionResponse> await(List<String> arns) throws InterruptedException {
        for (int i = 0; i < arns.size(); i++) {
            ends.take();
        }
        // The end is told a moment before it is marked; stopping what has ended waits for the mark and changes nothing.
        arns.forEach(arn -> stop(arn, "Test.TooLate", ""));
        return arns.stream().map(this::describe).toList();
    }

    StopExecutionResponse stop(String arn, String error, String cause) {
        return lab.states()
                .stopExecution(StopExecutionRequest.builder()
                        .executionArn(arn)
                        .error(error)
                        .cause(cause)
                        .build());
    }

    DescribeExecutionResponse describe(String arn) {
        return lab.states()
                .describeExecution(
                        DescribeExecutionRequest.builder().executionArn(arn).build());
    }

    /** The states entered since the session began, each time that it was. */
    List<String> states() {
        return details(HistoryDetails.StateEntered.class)
                .map(HistoryDetails.StateEntered::name)
                .toList();
    }

    /** Names of the errors that tasks ended with, retried ones too. */
    List<String> taskErrors() {
        return details(HistoryDetails.TaskFailed.class)
                .map(HistoryDetails.TaskFailed::error)
                .toList();
    }

    private <D extends HistoryDetails> Stream<D> details(Class<D> kind) {
        return events.stream()
                .map(HistoryEvent::details)
                .filter(kind::isInstance)
                .map(kind::cast);
    }

    String parameter(String name) {
        return lab.ssm()
                .getParameter(GetParameterRequest.builder().name(name).build())
                .parameter()
                .value();
    }

    JsonNode manifest() {
        return json(parameter("/prebake/default/snapshot-id/manifest"));
    }

    static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    /** Instances that haven't ended. */
    List<Instance> liveInstances() {
        return lab.ec2().describeInstances(DescribeInstancesRequest.builder().build()).reservations().stream()
                .flatMap(reservation -> reservation.instances().stream())
                .filter(instance -> instance.state().name() != InstanceStateName.TERMINATED)
                .toList();
    }

    List<Volume> volumes() {
        return lab.ec2()
                .describeVolumes(DescribeVolumesRequest.builder().build())
                .volumes();
    }
}
