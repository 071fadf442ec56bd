package dev.prebake.lab.cloud;

import dev.prebake.lab.wire.AwsFault;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.model.CloudWatchOutputConfig;
import software.amazon.awssdk.services.ssm.model.Command;
import software.amazon.awssdk.services.ssm.model.CommandFilter;
import software.amazon.awssdk.services.ssm.model.CommandInvocation;
import software.amazon.awssdk.services.ssm.model.CommandInvocationStatus;
import software.amazon.awssdk.services.ssm.model.CommandPlugin;
import software.amazon.awssdk.services.ssm.model.CommandPluginStatus;
import software.amazon.awssdk.services.ssm.model.CommandStatus;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationRequest;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationResponse;
import software.amazon.awssdk.services.ssm.model.InvalidDocumentException;
import software.amazon.awssdk.services.ssm.model.InvalidInstanceIdException;
import software.amazon.awssdk.services.ssm.model.InvocationDoesNotExistException;
import software.amazon.awssdk.services.ssm.model.ListCommandInvocationsRequest;
import software.amazon.awssdk.services.ssm.model.ListCommandInvocationsResponse;
import software.amazon.awssdk.services.ssm.model.ListCommandsRequest;
import software.amazon.awssdk.services.ssm.model.ListCommandsResponse;
import software.amazon.awssdk.services.ssm.model.SendCommandRequest;
import software.amazon.awssdk.services.ssm.model.SendCommandResponse;

/** SSM's commands: the document's script, its parameters filled in, run on an instance. */
final class Commands {
    private static final Logger LOG = System.getLogger(Commands.class.getName());
    /** What GetCommandInvocation answers of a command's output at most, and only once it has ended. */
    private static final int MAX_STDOUT = 24_000;

    private static final int MAX_STDERR = 8_000;

    /** What ListCommandInvocations answers of it at most. */
    private static final int MAX_LISTED_OUTPUT = 2_500;

    private static final int MOST_RESULTS = 50;

    private final CommandDocument document;
    private final ScriptRunner runner;
    private final Instances instances;
    private final LabLogs logs;
    private final Background background;
    private final FaultPlan faults;
    private final Map<String, Invocation> invocations = new ConcurrentHashMap<>();

    Commands(
            CommandDocument document,
            ScriptRunner runner,
            Instances instances,
            LabLogs logs,
            Background background,
            FaultPlan faults) {
        this.document = document;
        this.runner = runner;
        this.instances = instances;
        this.logs = logs;
        this.background = background;
        this.faults = faults;
    }

    SendCommandResponse send(SendCommandRequest request) {
        if (!document.name().equals(request.documentName())) {
            throw AwsFault.of(
                    InvalidDocumentException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "InvalidDocument",
                    "Document with name " + request.documentName() + " does not exist.");
        }
        Map<String, String> parameters = document.parameters(request.parameters());
        if (request.instanceIds().size() != 1
                || instances.running().stream()
                        .noneMatch(instance -> instance.instanceId()
                                .equals(request.instanceIds().getFirst()))) {
            throw AwsFault.of(
                    InvalidInstanceIdException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "InvalidInstanceId",
                    "Instances " + request.instanceIds() + " not in a valid state for account " + Account.ID
                            + ". The lab's commands go to one running instance each.");
        }
        Invocation invocation = new Invocation(
                UUID.randomUUID().toString(),
                request.instanceIds().getFirst(),
                request.cloudWatchOutputConfig() != null
                                && Boolean.TRUE.equals(
                                        request.cloudWatchOutputConfig().cloudWatchOutputEnabled())
                        ? request.cloudWatchOutputConfig().cloudWatchLogGroupName()
                        : "",
                request.comment() == null ? "" : request.comment(),
                background.clock());
        invocations.put(invocation.commandId, invocation);
        background.after(faults.pace().bake(), "command " + invocation.commandId, () -> {
            if (!struck(invocation)) {
                run(invocation, parameters);
            }
        });
        return SendCommandResponse.builder()
                .command(invocation.command(document))
                .build();
    }

    ListCommandsResponse list(ListCommandsRequest request) {
        return ListCommandsResponse.builder()
                .commands(newest(request.commandId(), request.instanceId(), request.filters()).stream()
                        .map(invocation -> invocation.command(document))
                        .toList())
                .build();
    }

    /** With details, what each has printed, once it has ended. */
    ListCommandInvocationsResponse listInvocations(ListCommandInvocationsRequest request) {
        new ConstraintViolations()
                .range("maxResults", request.maxResults(), 1, MOST_RESULTS)
                .refuse(message -> AwsAnswers.ssm("ValidationException", message));
        Page<Invocation> page = AwsAnswers.ssmPage(
                newest(request.commandId(), request.instanceId(), request.filters()),
                invocation -> invocation.commandId,
                request.maxResults(),
                MOST_RESULTS,
                request.nextToken());
        return ListCommandInvocationsResponse.builder()
                .commandInvocations(page.items().stream()
                        .map(invocation -> invocation.listed(document, Boolean.TRUE.equals(request.details())))
                        .toList())
                .nextToken(page.nextToken())
                .build();
    }

    private List<Invocation> newest(
            @Nullable String commandId, @Nullable String instanceId, List<CommandFilter> filters) {
        return invocations.values().stream()
                .filter(invocation -> commandId == null || commandId.equals(invocation.commandId))
                .filter(invocation -> instanceId == null || instanceId.equals(invocation.instanceId))
                .filter(invocation -> filters.stream().allMatch(filter -> passes(invocation, filter)))
                .sorted(Comparator.comparing((Invocation invocation) -> invocation.requestedAt)
                        .reversed())
                .toList();
    }

    private boolean passes(Invocation invocation, CommandFilter filter) {
        return switch (filter.key()) {
            case DOCUMENT_NAME -> filter.value().equals(document.name());
            case STATUS -> filter.value().equals(invocation.status.toString());
            case INVOKED_AFTER -> !invocation.requestedAt.isBefore(time(filter.value()));
            case INVOKED_BEFORE -> invocation.requestedAt.isBefore(time(filter.value()));
            default ->
                throw AwsAnswers.ssm(
                        "InvalidFilterKey",
                        "The filter key '" + filter.keyAsString()
                                + "' is not one of the lab's: DocumentName, Status, InvokedAfter, InvokedBefore.");
        };
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw AwsAnswers.ssm(
                    "ValidationException", "The filter value '" + text + "' is no time such as 2024-07-07T00:00:00Z.");
        }
    }

    GetCommandInvocationResponse invocation(GetCommandInvocationRequest request) {
        Invocation invocation = invocations.get(request.commandId());
        if (invocation == null || !invocation.instanceId.equals(request.instanceId())) {
            throw AwsFault.of(
                    InvocationDoesNotExistException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "InvocationDoesNotExist",
                    "The command ID and managed node ID you specified didn't match any invocations.");
        }
        return invocation.answer(document);
    }

    /** Whether something befalls the command, its instance or that one's agent, which is the command's end. */
    private boolean struck(Invocation invocation) {
        if (faults.strikes(ThingFault.INSTANCE_LOST_DURING_BAKE)) {
            instances.takeBack(invocation.instanceId);
        } else if (faults.strikes(ThingFault.AGENT_LOST_DURING_BAKE)) {
            instances.silence(invocation.instanceId);
        } else if (faults.strikes(ThingFault.COMMAND_TIMES_OUT)) {
            invocation.end(CommandInvocationStatus.TIMED_OUT, "Execution Timed Out", -1);
        } else if (faults.strikes(ThingFault.COMMAND_CANCELLED)) {
            invocation.end(CommandInvocationStatus.CANCELLED, "Cancelled", -1);
        } else if (faults.strikes(ThingFault.COMMAND_UNDELIVERABLE)) {
            invocation.end(CommandInvocationStatus.FAILED, "Undeliverable", -1);
        } else {
            return faults.strikes(ThingFault.COMMAND_HANGS);
        }
        return true;
    }

    private void run(Invocation invocation, Map<String, String> parameters) {
        Thread runnerThread = Thread.currentThread();
        Duration limit = Duration.ofSeconds(document.timeoutSeconds(parameters));
        Thread watchdog = Thread.ofPlatform().daemon().start(() -> {
            try {
                Thread.sleep(limit);
                runnerThread.interrupt();
            } catch (InterruptedException e) {
                // The command has ended in time.
                Thread.currentThread().interrupt();
            }
        });
        try {
            invocation.ended(runner.run(
                    invocation.instanceId,
                    document.script(parameters),
                    parameters,
                    line -> log(invocation, "stdout", invocation.stdout, MAX_STDOUT, line),
                    line -> log(invocation, "stderr", invocation.stderr, MAX_STDERR, line)));
        } catch (InterruptedException e) {
            invocation.end(CommandInvocationStatus.TIMED_OUT, "Execution Timed Out", -1);
        } catch (RuntimeException e) {
            // What a real agent would leave unsaid, the instance's end, is all there is to say.
            LOG.log(Level.DEBUG, "Running command " + invocation.commandId + " failed.", e);
            invocation.end(CommandInvocationStatus.FAILED, "Undeliverable", -1);
        } finally {
            watchdog.interrupt();
        }
    }

    private void log(Invocation invocation, String name, StringBuilder captured, int limit, String line) {
        synchronized (captured) {
            if (captured.length() < limit) {
                captured.append(line).append('\n');
                captured.setLength(Math.min(captured.length(), limit));
            }
        }
        if (!invocation.logGroup.isEmpty()) {
            logs.put(
                    invocation.logGroup,
                    String.join("/", invocation.commandId, invocation.instanceId, document.stepName(), name),
                    line);
        }
    }

    /** A command on its instance. */
    private static final class Invocation {
        private final String commandId;
        private final String instanceId;
        private final String logGroup;
        private final String comment;
        private final Instant requestedAt;
        private final StringBuilder stdout = new StringBuilder();
        private final StringBuilder stderr = new StringBuilder();
        private volatile CommandInvocationStatus status = CommandInvocationStatus.IN_PROGRESS;
        private volatile String details = "InProgress";
        private volatile int exitCode = -1;
        private volatile @Nullable Instant endedAt;

        private final InstantSource clock;

        Invocation(String commandId, String instanceId, String logGroup, String comment, InstantSource clock) {
            this.commandId = commandId;
            this.instanceId = instanceId;
            this.logGroup = logGroup;
            this.comment = comment;
            this.clock = clock;
            this.requestedAt = clock.instant();
        }

        void ended(int code) {
            if (code == 0) {
                end(CommandInvocationStatus.SUCCESS, "Success", code);
            } else {
                end(CommandInvocationStatus.FAILED, "Failed", code);
            }
        }

        void end(CommandInvocationStatus last, String lastDetails, int code) {
            exitCode = code;
            endedAt = clock.instant();
            details = lastDetails;
            status = last;
        }

        Command command(CommandDocument document) {
            return Command.builder()
                    .commandId(commandId)
                    .documentName(document.name())
                    .instanceIds(instanceId)
                    .comment(comment)
                    .requestedDateTime(requestedAt)
                    // A command on one instance has its invocation's status, under the same names.
                    .status(CommandStatus.fromValue(status.toString()))
                    .build();
        }

        CommandInvocation listed(CommandDocument document, boolean detailed) {
            CommandInvocation.Builder listed = CommandInvocation.builder()
                    .commandId(commandId)
                    .instanceId(instanceId)
                    .comment(comment)
                    .documentName(document.name())
                    .requestedDateTime(requestedAt)
                    .status(status)
                    .statusDetails(details)
                    .cloudWatchOutputConfig(CloudWatchOutputConfig.builder()
                            .cloudWatchLogGroupName(logGroup)
                            .cloudWatchOutputEnabled(!logGroup.isEmpty())
                            .build());
            if (detailed) {
                String output = status == CommandInvocationStatus.IN_PROGRESS ? "" : text(stdout);
                listed.commandPlugins(CommandPlugin.builder()
                        .name(document.stepName())
                        // The one step of a document has its invocation's status, under the same names.
                        .status(CommandPluginStatus.fromValue(status.toString()))
                        .statusDetails(details)
                        .responseCode(exitCode)
                        .responseStartDateTime(requestedAt)
                        .responseFinishDateTime(endedAt)
                        .output(output.substring(0, Math.min(output.length(), MAX_LISTED_OUTPUT)))
                        .build());
            }
            return listed.build();
        }

        GetCommandInvocationResponse answer(CommandDocument document) {
            CommandInvocationStatus now = status;
            boolean ended = now != CommandInvocationStatus.IN_PROGRESS;
            return GetCommandInvocationResponse.builder()
                    .commandId(commandId)
                    .instanceId(instanceId)
                    .documentName(document.name())
                    .pluginName(document.stepName())
                    .status(now)
                    .statusDetails(details)
                    .responseCode(exitCode)
                    .standardOutputContent(ended ? text(stdout) : "")
                    .standardErrorContent(ended ? text(stderr) : "")
                    .build();
        }

        private static String text(StringBuilder captured) {
            synchronized (captured) {
                return captured.toString();
            }
        }
    }
}
