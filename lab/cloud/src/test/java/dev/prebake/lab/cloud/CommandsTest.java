package dev.prebake.lab.cloud;

import static dev.prebake.lab.cloud.Doubles.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ssm.model.CloudWatchOutputConfig;
import software.amazon.awssdk.services.ssm.model.Command;
import software.amazon.awssdk.services.ssm.model.CommandFilter;
import software.amazon.awssdk.services.ssm.model.CommandInvocation;
import software.amazon.awssdk.services.ssm.model.CommandInvocationStatus;
import software.amazon.awssdk.services.ssm.model.CommandPlugin;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationRequest;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationRequest;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationResponse;
import software.amazon.awssdk.services.ssm.model.InstanceInformation;
import software.amazon.awssdk.services.ssm.model.InstanceInformationStringFilter;
import software.amazon.awssdk.services.ssm.model.InvocationDoesNotExistException;
import software.amazon.awssdk.services.ssm.model.ListCommandInvocationsRequest;
import software.amazon.awssdk.services.ssm.model.ListCommandInvocationsResponse;
import software.amazon.awssdk.services.ssm.model.ListCommandsRequest;
import software.amazon.awssdk.services.ssm.model.SendCommandRequest;

@DisplayName("The lab's commands")
@SuppressWarnings("NullAway.Init")
class CommandsTest {
    private static final String GROUP = "/prebake/bake";

    @TempDir
    private Path home;

    private Doubles aws;
    private String instanceId;
    private Script script = (parameters, stdout, stderr) -> 0;

    /** What an instance does with a command. */
    private interface Script {
        int run(Map<String, String> parameters, Consumer<String> stdout, Consumer<String> stderr)
                throws InterruptedException;
    }

    @BeforeEach
    void open() {
        aws = new Doubles(home, (instance, text, parameters, stdout, stderr) -> script.run(parameters, stdout, stderr));
        instanceId = aws.launched("one").instanceId();
    }

    @AfterEach
    void close() {
        aws.close();
    }

    @Test
    @DisplayName("A command's output is empty until it has ended, and there as a whole then")
    void outputComesAtTheEnd() {
        String[] meanwhile = new String[2];
        String commandId = send(request());
        script = (parameters, stdout, stderr) -> {
            stdout.accept("one");
            stderr.accept("two");
            var running = invocation(commandId);
            meanwhile[0] = running.statusDetails();
            meanwhile[1] = running.standardOutputContent() + running.standardErrorContent();
            return 0;
        };

        aws.backlog.work();

        assertThat(meanwhile).containsExactly("InProgress", "");
        var ended = invocation(commandId);
        assertThat(ended.status()).isEqualTo(CommandInvocationStatus.SUCCESS);
        assertThat(ended.responseCode()).isZero();
        assertThat(ended.standardOutputContent()).isEqualTo("one\n");
        assertThat(ended.standardErrorContent()).isEqualTo("two\n");
        assertThat(ended.pluginName()).isEqualTo("bake");
    }

    @Test
    @DisplayName("A script that ends with an error is Failed, under its exit code")
    void fails() {
        script = (parameters, stdout, stderr) -> 7;
        String commandId = send(request());
        aws.backlog.work();

        var ended = invocation(commandId);
        assertThat(ended.status()).isEqualTo(CommandInvocationStatus.FAILED);
        assertThat(ended.statusDetails()).isEqualTo("Failed");
        assertThat(ended.responseCode()).isEqualTo(7);
    }

    @Test
    @DisplayName(
            "Output is cut after 24,000 characters of standard output and 8,000 of standard error, the log's is not")
    void truncates() {
        script = (parameters, stdout, stderr) -> {
            stdout.accept("o".repeat(23_000));
            stdout.accept("o".repeat(2_000));
            stdout.accept("never seen");
            stderr.accept("e".repeat(8_001));
            return 0;
        };
        String commandId = send(request());
        aws.backlog.work();

        var ended = invocation(commandId);
        assertThat(ended.standardOutputContent()).hasSize(24_000).endsWith("o");
        assertThat(ended.standardErrorContent()).hasSize(8_000);
        assertThat(logged(commandId, "stderr")).containsExactly("e".repeat(8_001));
        assertThat(logged(commandId, "stdout")).hasSize(3);
    }

    @Test
    @DisplayName("The parameters of a command reach its script with the document's defaults")
    void parameters() {
        var seen = new TreeMap<String, String>();
        script = (parameters, stdout, stderr) -> {
            seen.putAll(parameters);
            return 0;
        };
        send(request());
        aws.backlog.work();

        assertThat(seen).containsExactlyInAnyOrderEntriesOf(Map.of("Request", "{}", "TimeoutSeconds", "7200"));
    }

    @Test
    @DisplayName("A script that runs into its time limit is interrupted and TimedOut")
    void timesOut() {
        script = (parameters, stdout, stderr) -> {
            new CountDownLatch(1).await();
            return 0;
        };
        String commandId = send(request().parameters(Map.of("Request", List.of("{}"), "TimeoutSeconds", List.of("1"))));
        aws.backlog.work();

        assertThat(invocation(commandId).status()).isEqualTo(CommandInvocationStatus.TIMED_OUT);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    @DisplayName("A command whose instance ends under it is Undeliverable")
    void instanceEnds() {
        script = (parameters, stdout, stderr) -> {
            throw new LabException("Instance runs no more.", null);
        };
        String commandId = send(request());
        aws.backlog.work();

        assertThat(invocation(commandId).status()).isEqualTo(CommandInvocationStatus.FAILED);
        assertThat(invocation(commandId).statusDetails()).isEqualTo("Undeliverable");
    }

    @Test
    @DisplayName("Only a command that asks for it is logged, under the names that the agent gives its streams")
    void logs() {
        script = (parameters, stdout, stderr) -> {
            stderr.accept("said");
            return 0;
        };
        String silent = send(request().cloudWatchOutputConfig((CloudWatchOutputConfig) null));
        aws.backlog.work();
        assertThatThrownBy(() -> streams(silent)).isInstanceOf(ResourceNotFoundException.class);

        String logged = send(request());
        aws.backlog.work();
        assertThat(streams(logged)).containsExactly(logged + "/" + instanceId + "/bake/stderr");
        assertThat(logged(logged, "stderr")).containsExactly("said");
        assertThat(streams(silent)).isEmpty();
    }

    @Test
    @DisplayName("An unknown command, or a command asked of another instance, is InvocationDoesNotExist")
    void unknownInvocation() {
        String commandId = send(request());
        String other = aws.launched("two").instanceId();
        var ofOther = GetCommandInvocationRequest.builder()
                .commandId(commandId)
                .instanceId(other)
                .build();

        assertRefused("InvocationDoesNotExist", "command ID", () -> invocation("0-0"));
        assertThatThrownBy(() -> aws.ssm.getCommandInvocation(ofOther))
                .isInstanceOf(InvocationDoesNotExistException.class);
        assertThat(invocation(commandId).commandId()).isEqualTo(commandId);
    }

    @Test
    @DisplayName("A command of an unknown document, with wrong parameters, or for no running instance is refused")
    void refuses() {
        assertRefused("InvalidDocument", "Other", () -> send(request().documentName("Other")));
        assertRefused(
                "InvalidParameters",
                "'Request' is missing",
                () -> send(request().parameters(Map.of())));
        assertRefused("InvalidInstanceId", "i-0x", () -> send(request().instanceIds("i-0x")));
        assertRefused("InvalidInstanceId", instanceId, () -> send(request().instanceIds(instanceId, instanceId)));
        String pending = aws.ec2
                .runInstances(Doubles.launch("two").build())
                .instances()
                .getFirst()
                .instanceId();
        assertRefused("InvalidInstanceId", pending, () -> send(request().instanceIds(pending)));
        assertThat(commands(ListCommandsRequest.builder())).isEmpty();
        aws.backlog.work();
    }

    @Test
    @DisplayName("Commands are listed newest first, by ID, instance, document and status")
    void lists() throws InterruptedException {
        String first = send(request().comment("first"));
        aws.backlog.work();
        aws.clock.sleep(Duration.ofSeconds(1));
        script = (parameters, stdout, stderr) -> 1;
        String second = send(request());
        aws.backlog.work();

        assertThat(ids(ListCommandsRequest.builder())).containsExactly(second, first);
        assertThat(ids(ListCommandsRequest.builder().commandId(first))).containsExactly(first);
        assertThat(ids(ListCommandsRequest.builder().instanceId("i-0x"))).isEmpty();
        assertThat(ids(ListCommandsRequest.builder().filters(by("Status", "Failed"))))
                .containsExactly(second);
        assertThat(ids(ListCommandsRequest.builder()
                        .filters(by("DocumentName", "Prebake-Bake"), by("Status", "Success"))))
                .containsExactly(first);
        assertThat(commands(ListCommandsRequest.builder().commandId(first))
                        .getFirst()
                        .comment())
                .isEqualTo("first");
        assertThat(ids(ListCommandsRequest.builder().filters(by("InvokedAfter", "2026-01-01T00:00:01Z"))))
                .containsExactly(second);
        assertThat(ids(ListCommandsRequest.builder().filters(by("InvokedBefore", "2026-01-01T00:00:01Z"))))
                .containsExactly(first);
        assertRefused(
                "ValidationException",
                "yesterday",
                () -> ids(ListCommandsRequest.builder().filters(by("InvokedBefore", "yesterday"))));
        assertRefused(
                "InvalidFilterKey",
                "ExecutionStage",
                () -> ids(ListCommandsRequest.builder().filters(by("ExecutionStage", "Complete"))));
    }

    @Test
    @DisplayName("Their invocations are listed likewise, a page at a time, with what they printed if asked for details")
    void listsInvocations() throws InterruptedException {
        script = (parameters, stdout, stderr) -> {
            stdout.accept("x".repeat(3000));
            return 3;
        };
        String first = send(request().comment("first"));
        aws.backlog.work();
        aws.clock.sleep(Duration.ofSeconds(1));
        String second = send(request());

        ListCommandInvocationsResponse page = aws.ssm.listCommandInvocations(
                ListCommandInvocationsRequest.builder().maxResults(1).build());
        assertThat(page.commandInvocations().getFirst().commandId()).isEqualTo(second);
        assertThat(page.commandInvocations().getFirst().statusAsString()).isEqualTo("InProgress");
        assertThat(page.commandInvocations().getFirst().hasCommandPlugins()).isFalse();
        ListCommandInvocationsResponse last = aws.ssm.listCommandInvocations(ListCommandInvocationsRequest.builder()
                .instanceId(instanceId)
                .details(true)
                .nextToken(page.nextToken())
                .build());
        CommandInvocation ended = last.commandInvocations().getFirst();
        assertThat(ended.commandId()).isEqualTo(first);
        assertThat(ended.comment()).isEqualTo("first");
        assertThat(ended.status()).isEqualTo(CommandInvocationStatus.FAILED);
        CommandPlugin step = ended.commandPlugins().getFirst();
        assertThat(step.responseCode()).isEqualTo(3);
        assertThat(step.output()).hasSize(2500);
        assertThat(step.responseFinishDateTime()).isEqualTo(Doubles.START);
        assertThat(last.nextToken()).isNull();
        assertRefused(
                "ValidationException",
                "'maxResults'",
                () -> aws.ssm.listCommandInvocations(
                        ListCommandInvocationsRequest.builder().maxResults(51).build()));
        assertRefused(
                "InvalidNextToken",
                "token",
                () -> aws.ssm.listCommandInvocations(
                        ListCommandInvocationsRequest.builder().nextToken("x").build()));
    }

    @Test
    @DisplayName("The agents of running instances are online; those of others aren't listed")
    void agents() {
        String other = aws.launched("two").instanceId();
        aws.ec2.terminateInstances(
                TerminateInstancesRequest.builder().instanceIds(other).build());

        assertThat(agents("PingStatus", "Online")).containsExactly(instanceId);
        assertThat(agents("InstanceIds", other)).isEmpty();
        assertThat(agents("InstanceIds", other, instanceId)).containsExactly(instanceId);
        assertRefused("InvalidFilterKey", "'IamRole'", () -> agents("IamRole", "builder"));
        aws.backlog.work();
    }

    private SendCommandRequest.Builder request() {
        return SendCommandRequest.builder()
                .documentName("Prebake-Bake")
                .instanceIds(instanceId)
                .parameters(Map.of("Request", List.of("{}")))
                .cloudWatchOutputConfig(CloudWatchOutputConfig.builder()
                        .cloudWatchOutputEnabled(true)
                        .cloudWatchLogGroupName(GROUP)
                        .build());
    }

    private String send(SendCommandRequest.Builder request) {
        return aws.ssm.sendCommand(request.build()).command().commandId();
    }

    private GetCommandInvocationResponse invocation(String commandId) {
        return aws.ssm.getCommandInvocation(GetCommandInvocationRequest.builder()
                .commandId(commandId)
                .instanceId(instanceId)
                .build());
    }

    private List<Command> commands(ListCommandsRequest.Builder request) {
        return aws.ssm.listCommands(request.build()).commands();
    }

    private List<String> ids(ListCommandsRequest.Builder request) {
        return commands(request).stream().map(Command::commandId).toList();
    }

    private static CommandFilter by(String key, String value) {
        return CommandFilter.builder().key(key).value(value).build();
    }

    private List<String> agents(String key, String... values) {
        return aws
                .ssm
                .describeInstanceInformation(DescribeInstanceInformationRequest.builder()
                        .filters(InstanceInformationStringFilter.builder()
                                .key(key)
                                .values(values)
                                .build())
                        .build())
                .instanceInformationList()
                .stream()
                .map(InstanceInformation::instanceId)
                .toList();
    }

    private List<String> streams(String commandId) {
        return aws
                .logs
                .describeLogStreams(DescribeLogStreamsRequest.builder()
                        .logGroupName(GROUP)
                        .logStreamNamePrefix(commandId)
                        .build())
                .logStreams()
                .stream()
                .map(LogStream::logStreamName)
                .toList();
    }

    private List<String> logged(String commandId, String stream) {
        return aws
                .logs
                .getLogEvents(GetLogEventsRequest.builder()
                        .logGroupName(GROUP)
                        .logStreamName(String.join("/", commandId, instanceId, "bake", stream))
                        .build())
                .events()
                .stream()
                .map(OutputLogEvent::message)
                .toList();
    }
}
