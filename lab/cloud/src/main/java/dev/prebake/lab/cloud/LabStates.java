package dev.prebake.lab.cloud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Json;
import dev.prebake.lab.states.Execution;
import dev.prebake.lab.states.ExecutionIdentity;
import dev.prebake.lab.states.ExecutionOutcome;
import dev.prebake.lab.states.HistoryListener;
import dev.prebake.lab.states.Interpreter;
import dev.prebake.lab.states.StateMachine;
import dev.prebake.lab.wire.AwsFault;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionAlreadyExistsException;
import software.amazon.awssdk.services.sfn.model.ExecutionDoesNotExistException;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.InvalidExecutionInputException;
import software.amazon.awssdk.services.sfn.model.InvalidNameException;
import software.amazon.awssdk.services.sfn.model.ListExecutionsRequest;
import software.amazon.awssdk.services.sfn.model.ListExecutionsResponse;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;
import software.amazon.awssdk.services.sfn.model.StartExecutionResponse;
import software.amazon.awssdk.services.sfn.model.StateMachineDoesNotExistException;
import software.amazon.awssdk.services.sfn.model.StopExecutionRequest;
import software.amazon.awssdk.services.sfn.model.StopExecutionResponse;

/** Step Functions with the one state machine that there is, over the lab's interpreter. */
final class LabStates implements SfnClient {
    private static final Pattern NAME = Pattern.compile("[0-9A-Za-z_-]{1,80}");
    private static final String ARN_PREFIX =
            "arn:aws:states:" + Account.REGION + ":" + Account.ID + ":execution:" + Deployment.STATE_MACHINE + ":";

    private final StateMachine machine;
    private final Deployment deployment;
    private final Interpreter interpreter;
    private final Executions executions;
    private final HistoryListener listener;
    private final ExecutorService background;
    private final Map<String, Execution> live = new ConcurrentHashMap<>();

    LabStates(
            StateMachine machine,
            Deployment deployment,
            Interpreter interpreter,
            Executions executions,
            HistoryListener listener,
            ExecutorService background) {
        this.machine = machine;
        this.deployment = deployment;
        this.interpreter = interpreter;
        this.executions = executions;
        this.listener = listener;
        this.background = background;
    }

    @Override
    public synchronized StartExecutionResponse startExecution(StartExecutionRequest request) {
        existingMachine(request.stateMachineArn());
        String name = request.name() == null ? UUID.randomUUID().toString() : request.name();
        if (!NAME.matcher(name).matches()) {
            throw AwsFault.of(
                    InvalidNameException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "InvalidName",
                    "Invalid Name: '" + name + "'. The lab takes 1 to 80 letters, digits, '-' and '_'.");
        }
        JsonNode input = input(request.input());
        Execution running = live.get(name);
        if (running != null && running.outcome().isEmpty() && running.input().equals(input)) {
            return started(running);
        }
        if (running != null || executions.find(name).isPresent()) {
            throw AwsFault.of(
                    ExecutionAlreadyExistsException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "ExecutionAlreadyExists",
                    "Execution Already Exists: '" + arn(name) + "'");
        }
        Execution execution = interpreter.start(
                machine,
                new ExecutionIdentity(
                        arn(name),
                        name,
                        deployment.stateMachineArn(),
                        Deployment.STATE_MACHINE,
                        "arn:aws:iam::" + Account.ID + ":role/" + Deployment.STATE_MACHINE,
                        Account.REGION),
                input,
                listener);
        live.put(name, execution);
        executions.save(stored(execution));
        background.execute(() -> {
            execution.run();
            executions.save(stored(execution));
        });
        return started(execution);
    }

    @Override
    public DescribeExecutionResponse describeExecution(DescribeExecutionRequest request) {
        StoredExecution execution = existing(request.executionArn());
        return DescribeExecutionResponse.builder()
                .executionArn(arn(execution.name()))
                .stateMachineArn(deployment.stateMachineArn())
                .name(execution.name())
                .status(execution.status().name())
                .startDate(execution.startedAt())
                .stopDate(execution.stoppedAt())
                .input(execution.input().toString())
                .output(execution.output() == null ? null : execution.output().toString())
                .error(execution.error())
                .cause(execution.cause())
                .build();
    }

    @Override
    public ListExecutionsResponse listExecutions(ListExecutionsRequest request) {
        existingMachine(request.stateMachineArn());
        return ListExecutionsResponse.builder()
                .executions(executions.all().stream()
                        // The file follows a moment after the end.
                        .flatMap(execution -> find(execution.name()).stream())
                        .filter(execution -> request.statusFilterAsString() == null
                                || request.statusFilterAsString()
                                        .equals(execution.status().name()))
                        .map(execution -> ExecutionListItem.builder()
                                .executionArn(arn(execution.name()))
                                .stateMachineArn(deployment.stateMachineArn())
                                .name(execution.name())
                                .status(execution.status().name())
                                .startDate(execution.startedAt())
                                .stopDate(execution.stoppedAt())
                                .build())
                        .toList())
                .build();
    }

    @Override
    public StopExecutionResponse stopExecution(StopExecutionRequest request) {
        StoredExecution stored = existing(request.executionArn());
        Execution execution = live.get(stored.name());
        if (execution != null) {
            try {
                execution.abort(request.error(), request.cause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LabException("Interrupted while stopping execution " + stored.name() + ".", e);
            }
        }
        return StopExecutionResponse.builder()
                .stopDate(existing(request.executionArn()).stoppedAt())
                .build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    /** Aborts whatever still runs. */
    @Override
    public void close() {
        for (Execution execution : live.values()) {
            try {
                execution.abort("Lab.Closed", "The lab was closed while the execution ran.");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static JsonNode input(@Nullable String text) {
        try {
            return Json.mapper().readTree(text == null ? "{}" : text);
        } catch (JsonProcessingException e) {
            throw AwsFault.of(
                    InvalidExecutionInputException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "InvalidExecutionInput",
                    "Invalid State Machine Execution Input: " + e.getOriginalMessage());
        }
    }

    private void existingMachine(String arn) {
        if (!deployment.stateMachineArn().equals(arn)) {
            throw AwsFault.of(
                    StateMachineDoesNotExistException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "StateMachineDoesNotExist",
                    "State Machine Does Not Exist: '" + arn + "'. The lab has " + deployment.stateMachineArn() + ".");
        }
    }

    private StoredExecution existing(String executionArn) {
        return Optional.of(executionArn)
                .filter(text -> text.startsWith(ARN_PREFIX))
                .map(text -> text.substring(ARN_PREFIX.length()))
                // Whatever else stands there is no file's name.
                .filter(name -> NAME.matcher(name).matches())
                .flatMap(this::find)
                .orElseThrow(() -> AwsFault.of(
                        ExecutionDoesNotExistException.builder(),
                        AwsAnswers.BAD_REQUEST,
                        "ExecutionDoesNotExist",
                        "Execution Does Not Exist: '" + executionArn + "'"));
    }

    private Optional<StoredExecution> find(String name) {
        return Optional.ofNullable(live.get(name)).map(LabStates::stored).or(() -> executions.find(name));
    }

    private StartExecutionResponse started(Execution execution) {
        return StartExecutionResponse.builder()
                .executionArn(execution.identity().executionArn())
                .startDate(execution.startedAt())
                .build();
    }

    private static StoredExecution stored(Execution execution) {
        Optional<ExecutionOutcome> outcome = execution.outcome();
        return new StoredExecution(
                execution.identity().executionName(),
                execution.input(),
                execution.status(),
                outcome.map(ExecutionOutcome::output).orElse(null),
                outcome.map(ExecutionOutcome::error).orElse(null),
                outcome.map(ExecutionOutcome::cause).orElse(null),
                execution.startedAt(),
                outcome.map(ExecutionOutcome::stoppedAt).orElse(null));
    }

    private static String arn(String name) {
        return ARN_PREFIX + name;
    }
}
