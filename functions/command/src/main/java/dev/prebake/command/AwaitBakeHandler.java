package dev.prebake.command;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.Poll;
import dev.prebake.kernel.StateHandler;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationRequest;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationRequest;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationResponse;
import software.amazon.awssdk.services.ssm.model.InstanceInformation;
import software.amazon.awssdk.services.ssm.model.InstanceInformationStringFilter;
import software.amazon.awssdk.services.ssm.model.PingStatus;
import software.amazon.awssdk.services.ssm.model.SsmException;

/** Asks how the bake is doing, and turns a failure into a named error with the builder's own words. */
public final class AwaitBakeHandler extends StateHandler<AwaitBakeRequest, AwaitedBake> {
    /** How long a bake may take; the document's own limit, which ends the script, is shorter. */
    private static final Duration DEADLINE = Duration.ofHours(3);

    private final SsmClient ssm;
    private final CommandLog log;

    /** Makes the handler with its SDK clients. */
    public AwaitBakeHandler() {
        this(AwsClients.of(SsmClient.builder()), AwsClients.of(CloudWatchLogsClient.builder()));
    }

    AwaitBakeHandler(SsmClient ssm, CloudWatchLogsClient logs) {
        super(AwaitBakeRequest.class);
        this.ssm = ssm;
        this.log = new CommandLog(logs);
    }

    /**
     * Looks once.
     *
     * @throws VolumeNotFoundException when the builder doesn't see its data volume
     * @throws VolumeFullException when the images don't fit
     * @throws ImagePullFailedException when an image couldn't be pulled
     * @throws ImageIncompleteException when an image on the volume isn't whole
     * @throws BakeFailedException when the bake failed otherwise
     * @throws BakeReportUnreadableException when it succeeded without a readable report
     * @throws BakeTimedOutException when it ran into the document's limit, or into ours of three hours
     * @throws BakeCancelledException when somebody cancelled the command
     * @throws CommandUndeliverableException when SSM couldn't bring the command to the builder
     * @throws BuilderUnreachableException when the builder's agent has fallen silent
     */
    @Override
    protected AwaitedBake handle(AwaitBakeRequest request) {
        BakeCommand command = request.command();
        var poll = new Poll(request.startedAt(), request.now());
        GetCommandInvocationResponse invocation = invocation(command);
        return switch (invocation == null ? InvocationState.RUNNING : InvocationState.of(invocation)) {
            case RUNNING -> running(command, poll);
            case SUCCEEDED -> AwaitedBake.finished(output(command, invocation).report());
            case FAILED -> throw output(command, invocation).failure();
            case TIMED_OUT ->
                throw new BakeTimedOutException(command, "the time limit of the command document (its TimeoutSeconds)");
            case UNDELIVERABLE -> throw new CommandUndeliverableException(command, details(invocation));
            case CANCELLED -> throw new BakeCancelledException(command);
        };
    }

    private AwaitedBake running(BakeCommand command, Poll poll) {
        if (poll.isPast(DEADLINE)) {
            throw new BakeTimedOutException(command, "the workflow's deadline of " + DEADLINE.toHours() + " h");
        }
        // SSM leaves the command of an instance that has died InProgress until its time limit; the agent's silence
        // tells.
        PingStatus agent = agent(command.instanceId());
        if (agent != PingStatus.ONLINE) {
            throw new BuilderUnreachableException(
                    command, agent == null ? "not registered any more" : agent.toString());
        }
        BakeProgress progress = BakeProgress.newest(log.lastLines(command));
        return AwaitedBake.running(BakeProgress.waitSeconds(progress, poll), progress);
    }

    /** The invocation; absent right after SendCommand, until SSM knows it. */
    private @Nullable GetCommandInvocationResponse invocation(BakeCommand command) {
        var get = GetCommandInvocationRequest.builder()
                .commandId(command.commandId())
                .instanceId(command.instanceId())
                .build();
        try {
            return ssm.getCommandInvocation(get);
        } catch (SsmException e) {
            if (AwsError.of(e) == AwsError.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    private @Nullable PingStatus agent(String instanceId) {
        var describe = DescribeInstanceInformationRequest.builder()
                .filters(InstanceInformationStringFilter.builder()
                        .key("InstanceIds")
                        .values(instanceId)
                        .build())
                .build();
        return ssm.describeInstanceInformationPaginator(describe).stream()
                .flatMap(page -> page.instanceInformationList().stream())
                .findFirst()
                .map(InstanceInformation::pingStatus)
                .orElse(null);
    }

    private BakeOutput output(BakeCommand command, @Nullable GetCommandInvocationResponse invocation) {
        Objects.requireNonNull(invocation);
        // SSM gives the first 8,000 characters of standard error, the log its last lines: both may be all there is.
        return new BakeOutput(command, Objects.requireNonNullElse(invocation.standardOutputContent(), ""), () -> {
            List<String> lines = log.lastLines(command);
            return lines.isEmpty()
                    ? Objects.requireNonNullElse(invocation.standardErrorContent(), "")
                            .lines()
                            .toList()
                    : lines;
        });
    }

    private static String details(@Nullable GetCommandInvocationResponse invocation) {
        return invocation == null ? "nothing" : invocation.statusDetails();
    }
}
