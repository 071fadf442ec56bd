package dev.prebake.lab.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.lab.states.ExecutionStatus;
import dev.prebake.lab.states.HistoryEvent;
import dev.prebake.lab.states.Interpreter;
import dev.prebake.lab.states.InvalidDefinitionException;
import dev.prebake.lab.states.StateMachine;
import dev.prebake.lab.wire.AwsFault;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.CloudWatchEventsExecutionDataDetails;
import software.amazon.awssdk.services.sfn.model.CreateStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.CreateStateMachineResponse;
import software.amazon.awssdk.services.sfn.model.DeleteStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.DeleteStateMachineResponse;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineForExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineForExecutionResponse;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineResponse;
import software.amazon.awssdk.services.sfn.model.EncryptionConfiguration;
import software.amazon.awssdk.services.sfn.model.EncryptionType;
import software.amazon.awssdk.services.sfn.model.ExecutionAlreadyExistsException;
import software.amazon.awssdk.services.sfn.model.ExecutionDoesNotExistException;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.ExecutionNotRedrivableException;
import software.amazon.awssdk.services.sfn.model.ExecutionRedriveFilter;
import software.amazon.awssdk.services.sfn.model.ExecutionRedriveStatus;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryRequest;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryResponse;
import software.amazon.awssdk.services.sfn.model.ListExecutionsRequest;
import software.amazon.awssdk.services.sfn.model.ListExecutionsResponse;
import software.amazon.awssdk.services.sfn.model.ListStateMachinesRequest;
import software.amazon.awssdk.services.sfn.model.ListStateMachinesResponse;
import software.amazon.awssdk.services.sfn.model.LogLevel;
import software.amazon.awssdk.services.sfn.model.LoggingConfiguration;
import software.amazon.awssdk.services.sfn.model.MissingRequiredParameterException;
import software.amazon.awssdk.services.sfn.model.RedriveExecutionRequest;
import software.amazon.awssdk.services.sfn.model.RedriveExecutionResponse;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;
import software.amazon.awssdk.services.sfn.model.StartExecutionResponse;
import software.amazon.awssdk.services.sfn.model.StateMachineListItem;
import software.amazon.awssdk.services.sfn.model.StateMachineStatus;
import software.amazon.awssdk.services.sfn.model.StateMachineType;
import software.amazon.awssdk.services.sfn.model.StateMachineTypeNotSupportedException;
import software.amazon.awssdk.services.sfn.model.StopExecutionRequest;
import software.amazon.awssdk.services.sfn.model.StopExecutionResponse;
import software.amazon.awssdk.services.sfn.model.TracingConfiguration;
import software.amazon.awssdk.services.sfn.model.UpdateStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.UpdateStateMachineResponse;
import software.amazon.awssdk.services.sfn.model.ValidateStateMachineDefinitionDiagnostic;
import software.amazon.awssdk.services.sfn.model.ValidateStateMachineDefinitionRequest;
import software.amazon.awssdk.services.sfn.model.ValidateStateMachineDefinitionResponse;
import software.amazon.awssdk.services.sfn.model.ValidateStateMachineDefinitionResultCode;
import software.amazon.awssdk.services.sfn.model.ValidateStateMachineDefinitionSeverity;

/** Step Functions over the lab's {@link Interpreter}: standard workflows, without versions and aliases. */
final class LabStates implements SfnClient {
    private static final int USUAL_PAGE = 100;
    private static final int MAX_DEFINITION = 1 << 20;
    private static final int MAX_ERROR = 256;
    private static final int MAX_CAUSE = 32_768;
    private static final int USUAL_DIAGNOSTICS = 100;

    private final StateMachines machines;
    private final RunningExecutions running;
    private final InstantSource clock;
    private final Redrives redrives;
    /** The last redrive of each execution, by its ARN, for a client that asks for the same again. */
    private final Map<String, AskedRedrive> askedRedrives = new ConcurrentHashMap<>();

    private record AskedRedrive(@Nullable String clientToken, Instant at) {}

    LabStates(StateMachines machines, RunningExecutions running, InstantSource clock) {
        this.machines = machines;
        this.running = running;
        this.clock = clock;
        this.redrives = new Redrives(clock);
    }

    @Override
    public synchronized StartExecutionResponse startExecution(StartExecutionRequest request) {
        LabMachine machine = machines.existing(request.stateMachineArn());
        String name = request.name() == null ? UUID.randomUUID().toString() : request.name();
        StatesNames.check(name);
        JsonNode input = ExecutionInput.read(request.input());
        StoredExecution present = find(machine, name).orElse(null);
        if (present != null
                && (present.status() != ExecutionStatus.RUNNING
                        || !present.input().equals(input))) {
            throw AwsFault.of(
                    ExecutionAlreadyExistsException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "ExecutionAlreadyExists",
                    "Execution Already Exists: '" + machine.executionArn(name) + "'");
        }
        StoredExecution started = present == null ? running.start(machine, name, input) : present;
        return StartExecutionResponse.builder()
                .executionArn(machine.executionArn(name))
                .startDate(started.startedAt())
                .build();
    }

    @Override
    public DescribeExecutionResponse describeExecution(DescribeExecutionRequest request) {
        Found found = existing(request.executionArn());
        StoredExecution execution = found.execution();
        String obstacle = redrives.obstacle(execution, found.history());
        return DescribeExecutionResponse.builder()
                .executionArn(found.arn())
                .stateMachineArn(found.machine().arn())
                .name(execution.name())
                .status(execution.status().name())
                .startDate(execution.startedAt())
                .stopDate(execution.stoppedAt())
                .input(execution.input().toString())
                .inputDetails(included())
                .output(execution.output() == null ? null : execution.output().toString())
                .outputDetails(execution.output() == null ? null : included())
                .error(execution.error())
                .cause(execution.cause())
                .redriveCount(execution.redriveCount())
                .redriveDate(execution.redrivenAt())
                .redriveStatus(
                        obstacle == null ? ExecutionRedriveStatus.REDRIVABLE : ExecutionRedriveStatus.NOT_REDRIVABLE)
                .redriveStatusReason(obstacle)
                .build();
    }

    @Override
    public ListExecutionsResponse listExecutions(ListExecutionsRequest request) {
        if (request.mapRunArn() != null) {
            throw StatesFault.of("ResourceNotFound", "Resource not found: '" + request.mapRunArn() + "'");
        }
        LabMachine machine = machines.existing(request.stateMachineArn());
        String status = request.statusFilterAsString();
        StatesFault.oneOf(
                software.amazon.awssdk.services.sfn.model.ExecutionStatus.knownValues().stream()
                        .sorted()
                        .toList(),
                "statusFilter",
                status);
        String redriven = request.redriveFilterAsString();
        StatesFault.oneOf(ExecutionRedriveFilter.knownValues().stream().sorted().toList(), "redriveFilter", redriven);
        List<ExecutionSummary> all = machine.executions().all().stream()
                // The file follows a moment after the end, so that what runs is asked first.
                .map(execution -> running.find(machine.executionArn(execution.name()))
                        .map(ExecutionSummary::of)
                        .orElseGet(() -> machine.executions().summary(execution.name())))
                .filter(execution ->
                        status == null || status.equals(execution.status().name()))
                .filter(execution -> redriven == null || redriven.equals("REDRIVEN") == (execution.redriveCount() > 0))
                .toList();
        Page<ExecutionSummary> page = page(all, ExecutionSummary::name, request.maxResults(), request.nextToken());
        return ListExecutionsResponse.builder()
                .executions(page.items().stream()
                        .map(execution -> ExecutionListItem.builder()
                                .executionArn(machine.executionArn(execution.name()))
                                .stateMachineArn(machine.arn())
                                .name(execution.name())
                                .status(execution.status().name())
                                .startDate(execution.startedAt())
                                .stopDate(execution.stoppedAt())
                                .redriveCount(execution.redriveCount())
                                .redriveDate(execution.redrivenAt())
                                .build())
                        .toList())
                .nextToken(page.nextToken())
                .build();
    }

    @Override
    public GetExecutionHistoryResponse getExecutionHistory(GetExecutionHistoryRequest request) {
        List<HistoryEvent> events = existing(request.executionArn()).history().read();
        Page<HistoryEvent> page = page(
                Boolean.TRUE.equals(request.reverseOrder()) ? events.reversed() : events,
                event -> Long.toString(event.id()),
                request.maxResults(),
                request.nextToken());
        HistoryAnswers answers = new HistoryAnswers(!Boolean.FALSE.equals(request.includeExecutionData()));
        return GetExecutionHistoryResponse.builder()
                .events(page.items().stream().map(answers::of).toList())
                .nextToken(page.nextToken())
                .build();
    }

    @Override
    public StopExecutionResponse stopExecution(StopExecutionRequest request) {
        StatesFault.atMost(MAX_ERROR, "error", request.error());
        StatesFault.atMost(MAX_CAUSE, "cause", request.cause());
        Found found = existing(request.executionArn());
        running.abort(found.arn(), request.error(), request.cause());
        return StopExecutionResponse.builder()
                .stopDate(existing(request.executionArn()).execution().stoppedAt())
                .build();
    }

    @Override
    public synchronized RedriveExecutionResponse redriveExecution(RedriveExecutionRequest request) {
        Found found = existing(request.executionArn());
        AskedRedrive asked = askedRedrives.get(found.arn());
        if (asked != null && asked.clientToken() != null && asked.clientToken().equals(request.clientToken())) {
            return RedriveExecutionResponse.builder().redriveDate(asked.at()).build();
        }
        running.awaitWritten(found.arn());
        String obstacle = redrives.obstacle(found.execution(), found.history());
        MachineRevision revision = found.execution().revision();
        if (obstacle != null || revision == null) {
            throw AwsFault.of(
                    ExecutionNotRedrivableException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "ExecutionNotRedrivable",
                    obstacle + ": '" + found.arn() + "'");
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        running.redrive(found.machine(), machines.read(revision), revision, found.execution(), now);
        askedRedrives.put(found.arn(), new AskedRedrive(request.clientToken(), now));
        return RedriveExecutionResponse.builder().redriveDate(now).build();
    }

    @Override
    public synchronized CreateStateMachineResponse createStateMachine(CreateStateMachineRequest request) {
        String name = StatesFault.required("name", request.name());
        String definition = StatesFault.required("definition", request.definition());
        String roleArn = role(StatesFault.required("roleArn", request.roleArn()));
        StatesNames.check(name);
        StatesFault.atMost(MAX_DEFINITION, "definition", definition);
        if (request.typeAsString() != null && request.type() != StateMachineType.STANDARD) {
            throw AwsFault.of(
                    StateMachineTypeNotSupportedException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "StateMachineTypeNotSupported",
                    "The lab runs state machines of type STANDARD, not " + request.typeAsString() + ".");
        }
        refuseExtras(
                request.publish(),
                request.loggingConfiguration(),
                request.tracingConfiguration(),
                request.encryptionConfiguration());
        LabMachine machine = machines.create(name, definition, roleArn);
        return CreateStateMachineResponse.builder()
                .stateMachineArn(machine.arn())
                .creationDate(machine.createdAt())
                .build();
    }

    @Override
    public synchronized UpdateStateMachineResponse updateStateMachine(UpdateStateMachineRequest request) {
        LabMachine machine = own(machines.existing(request.stateMachineArn()));
        if (request.definition() == null && request.roleArn() == null) {
            throw AwsFault.of(
                    MissingRequiredParameterException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "MissingRequiredParameter",
                    "Either the definition, the role ARN, or both must be specified.");
        }
        StatesFault.atMost(MAX_DEFINITION, "definition", request.definition());
        refuseExtras(
                request.publish(),
                request.loggingConfiguration(),
                request.tracingConfiguration(),
                request.encryptionConfiguration());
        MachineRevision updated = machines.update(
                        machine, request.definition(), request.roleArn() == null ? null : role(request.roleArn()))
                .revision();
        return UpdateStateMachineResponse.builder()
                .updateDate(updated.updatedAt())
                .revisionId(updated.revisionId())
                .build();
    }

    @Override
    public DeleteStateMachineResponse deleteStateMachine(DeleteStateMachineRequest request) {
        LabMachine machine;
        synchronized (this) {
            StatesNames.checkMachineArn(request.stateMachineArn());
            machine = machines.all().stream()
                    .filter(each -> each.arn().equals(request.stateMachineArn()))
                    .findFirst()
                    .orElse(null);
            if (machine != null) {
                own(machine);
                running.abortAll(machine.arn(), null, "The state machine was deleted while the execution ran.");
                machines.delete(machine);
            }
        }
        return DeleteStateMachineResponse.builder().build();
    }

    @Override
    public DescribeStateMachineResponse describeStateMachine(DescribeStateMachineRequest request) {
        LabMachine machine = machines.existing(request.stateMachineArn());
        return DescribeStateMachineResponse.builder()
                .stateMachineArn(machine.arn())
                .name(machine.name())
                .status(StateMachineStatus.ACTIVE)
                .type(StateMachineType.STANDARD)
                .definition(machines.definition(machine.revision()))
                .roleArn(machine.revision().roleArn())
                .creationDate(machine.createdAt())
                .revisionId(machine.revision().revisionId())
                .loggingConfiguration(noLogging())
                .tracingConfiguration(noTracing())
                .build();
    }

    @Override
    public DescribeStateMachineForExecutionResponse describeStateMachineForExecution(
            DescribeStateMachineForExecutionRequest request) {
        Found found = existing(request.executionArn());
        MachineRevision revision = Optional.ofNullable(found.execution().revision())
                .orElseGet(() -> found.machine().revision());
        return DescribeStateMachineForExecutionResponse.builder()
                .stateMachineArn(found.machine().arn())
                .name(found.machine().name())
                .definition(machines.definition(revision))
                .roleArn(revision.roleArn())
                .updateDate(revision.updatedAt())
                .revisionId(revision.revisionId())
                .loggingConfiguration(noLogging())
                .tracingConfiguration(noTracing())
                .build();
    }

    @Override
    public ListStateMachinesResponse listStateMachines(ListStateMachinesRequest request) {
        Page<LabMachine> page = page(machines.all(), LabMachine::name, request.maxResults(), request.nextToken());
        return ListStateMachinesResponse.builder()
                .stateMachines(page.items().stream()
                        .map(machine -> StateMachineListItem.builder()
                                .stateMachineArn(machine.arn())
                                .name(machine.name())
                                .type(StateMachineType.STANDARD)
                                .creationDate(machine.createdAt())
                                .build())
                        .toList())
                .nextToken(page.nextToken())
                .build();
    }

    @Override
    public ValidateStateMachineDefinitionResponse validateStateMachineDefinition(
            ValidateStateMachineDefinitionRequest request) {
        String definition = StatesFault.required("definition", request.definition());
        StatesFault.atMost(MAX_DEFINITION, "definition", definition);
        int asked = Optional.ofNullable(request.maxResults()).orElse(0);
        int most = asked == 0 ? USUAL_DIAGNOSTICS : asked;
        List<ValidateStateMachineDefinitionDiagnostic> problems = problems(definition);
        return ValidateStateMachineDefinitionResponse.builder()
                .result(
                        problems.isEmpty()
                                ? ValidateStateMachineDefinitionResultCode.OK
                                : ValidateStateMachineDefinitionResultCode.FAIL)
                .diagnostics(problems.stream().limit(most).toList())
                .truncated(problems.size() > most)
                .build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    /** Aborts whatever still runs. */
    @Override
    public void close() {
        running.close();
    }

    private record Found(LabMachine machine, StoredExecution execution) {
        String arn() {
            return machine.executionArn(execution.name());
        }

        HistoryFile history() {
            return machine.executions().history(execution.name());
        }
    }

    private Found existing(@Nullable String executionArn) {
        StatesNames.checkExecutionArn(executionArn);
        String arn = StatesFault.required("executionArn", executionArn);
        return machines.ofExecution(arn)
                .flatMap(machine ->
                        find(machine, StatesNames.executionName(arn)).map(execution -> new Found(machine, execution)))
                .orElseThrow(() -> AwsFault.of(
                        ExecutionDoesNotExistException.builder(),
                        AwsAnswers.BAD_REQUEST,
                        "ExecutionDoesNotExist",
                        "Execution Does Not Exist: '" + arn + "'"));
    }

    private Optional<StoredExecution> find(LabMachine machine, String name) {
        return running.find(machine.executionArn(name))
                .or(() -> machine.executions().find(name));
    }

    private static LabMachine own(LabMachine machine) {
        if (machine.deployed()) {
            throw StatesFault.validation("The state machine " + machine.arn()
                    + " is the deployment's: it comes from statemachine/image-cache.asl.json with the lab itself. Create"
                    + " one of another name.");
        }
        return machine;
    }

    private static String role(String roleArn) {
        if (!roleArn.matches("arn:aws[a-z-]*:iam::\\d{12}:role/.{1,200}")) {
            throw StatesFault.invalidArn(roleArn);
        }
        return roleArn;
    }

    /** What the lab hasn't got is refused by its name, not passed over. */
    private static void refuseExtras(
            @Nullable Boolean publish,
            @Nullable LoggingConfiguration logging,
            @Nullable TracingConfiguration tracing,
            @Nullable EncryptionConfiguration encryption) {
        if (Boolean.TRUE.equals(publish)) {
            throw StatesFault.validation("The lab's state machines have no versions to publish: leave 'publish' out.");
        }
        if (logging != null && logging.level() != null && logging.level() != LogLevel.OFF) {
            throw StatesFault.validation(
                    "The lab's executions have their history and no log: leave 'loggingConfiguration' out.");
        }
        if (tracing != null && Boolean.TRUE.equals(tracing.enabled())) {
            throw StatesFault.validation("The lab has no X-Ray: leave 'tracingConfiguration' out.");
        }
        if (encryption != null && encryption.type() == EncryptionType.CUSTOMER_MANAGED_KMS_KEY) {
            throw StatesFault.validation("The lab encrypts nothing: leave 'encryptionConfiguration' out.");
        }
    }

    private static List<ValidateStateMachineDefinitionDiagnostic> problems(String definition) {
        try {
            StateMachine.parse(definition);
            return List.of();
        } catch (InvalidDefinitionException e) {
            return e.problems().stream()
                    .map(problem -> ValidateStateMachineDefinitionDiagnostic.builder()
                            .severity(ValidateStateMachineDefinitionSeverity.ERROR)
                            .code(
                                    problem.message().startsWith("not JSON")
                                            ? "INVALID_JSON_DESCRIPTION"
                                            : "SCHEMA_VALIDATION_FAILED")
                            .message(problem.message())
                            .location(problem.pointer().isEmpty() ? null : problem.pointer())
                            .build())
                    .toList();
        }
    }

    private static <T> Page<T> page(
            List<T> all, Function<T, String> key, @Nullable Integer asked, @Nullable String token) {
        try {
            return Page.of(all, key, asked, USUAL_PAGE, token);
        } catch (Page.InvalidPageTokenException e) {
            throw StatesFault.of("InvalidToken", String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw StatesFault.validation(String.valueOf(e.getMessage()));
        }
    }

    private static CloudWatchEventsExecutionDataDetails included() {
        return CloudWatchEventsExecutionDataDetails.builder().included(true).build();
    }

    private static LoggingConfiguration noLogging() {
        return LoggingConfiguration.builder()
                .level(LogLevel.OFF)
                .includeExecutionData(false)
                .build();
    }

    private static TracingConfiguration noTracing() {
        return TracingConfiguration.builder().enabled(false).build();
    }
}
