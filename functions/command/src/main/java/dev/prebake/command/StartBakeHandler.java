package dev.prebake.command;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.StateHandler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.CloudWatchOutputConfig;
import software.amazon.awssdk.services.ssm.model.Command;
import software.amazon.awssdk.services.ssm.model.CommandFilter;
import software.amazon.awssdk.services.ssm.model.CommandFilterKey;
import software.amazon.awssdk.services.ssm.model.ListCommandsRequest;
import software.amazon.awssdk.services.ssm.model.SendCommandRequest;

/** Sends the bake to its builder. */
public final class StartBakeHandler extends StateHandler<StartBakeRequest, BakeCommand> {
    /** How long SSM may take to hand the command to the agent, which was online a moment ago; the run has its own limit. */
    private static final Duration DELIVERY = Duration.ofMinutes(5);

    private final SsmClient ssm;

    /** Makes the handler with its SDK client. */
    public StartBakeHandler() {
        this(AwsClients.once(SsmClient.builder()));
    }

    StartBakeHandler(SsmClient ssm) {
        super(StartBakeRequest.class);
        this.ssm = ssm;
    }

    /** Sends the command, or finds the one that an earlier try of this state has sent: two bakes would fill one volume. */
    @Override
    protected BakeCommand handle(StartBakeRequest request) {
        String commandId = sentBefore(request)
                .orElseGet(() -> ssm.sendCommand(toSend(request)).command())
                .commandId();
        return new BakeCommand(commandId, request.builder().instanceId(), request.logGroupName());
    }

    /** SendCommand has no client token, so a lost answer is looked up: by builder, which one execution has alone. */
    private Optional<Command> sentBefore(StartBakeRequest request) {
        var list = ListCommandsRequest.builder()
                .instanceId(request.builder().instanceId())
                .filters(CommandFilter.builder()
                        .key(CommandFilterKey.DOCUMENT_NAME)
                        .value(request.documentName())
                        .build())
                .build();
        String comment = comment(request);
        return ssm.listCommandsPaginator(list).stream()
                .flatMap(page -> page.commands().stream())
                .filter(command -> comment.equals(command.comment()))
                .findFirst();
    }

    private static SendCommandRequest toSend(StartBakeRequest request) {
        String volumeId = Objects.requireNonNull(request.builder().volumeId());
        return SendCommandRequest.builder()
                .instanceIds(request.builder().instanceId())
                .documentName(request.documentName())
                .parameters(Map.of(
                        "Request",
                        List.of(BakeRequest.of(
                                        request.plan(),
                                        volumeId,
                                        request.builder().base())
                                .toJson())))
                .timeoutSeconds((int) DELIVERY.toSeconds())
                .comment(comment(request))
                .cloudWatchOutputConfig(CloudWatchOutputConfig.builder()
                        .cloudWatchOutputEnabled(true)
                        .cloudWatchLogGroupName(request.logGroupName())
                        .build())
                .build();
    }

    /** SSM takes 100 characters; an execution's name has at most 80. */
    private static String comment(StartBakeRequest request) {
        return "prebake execution " + request.execution();
    }
}
