package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryRequest;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;

@DisplayName("prebake lab")
@SuppressWarnings("NullAway.Init")
class EndpointTest {
    private static final Duration SLOW = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofMillis(100);

    /** What the issue allows the lab's process, with this many executions at once. */
    private static final long MOST_MIB = 512;

    private static final int AT_ONCE = 200;
    private static final int CALLERS = 16;

    @TempDir
    private Path folder;

    private LoopbackRegistry registry;
    private volatile Duration answersAfter = Duration.ZERO;
    private String image;
    private LabProcess lab;

    @BeforeEach
    void serve() throws Exception {
        ImageLayout layout = ImageLayout.write(
                folder.resolve("layout"),
                ImageDefinition.index(
                        "team/app:1",
                        List.of(new PlatformImage(
                                Platform.current(),
                                ImageConfig.EMPTY,
                                List.of(Layer.builder()
                                        .file("/model", "weights".repeat(1000))
                                        .build())))));
        registry = LoopbackRegistry.builder()
                .layout(layout)
                .fault(request -> {
                    pause();
                    return Optional.empty();
                })
                .start();
        image = registry.reference(layout.image("team/app:1"));
        lab = LabProcess.serve(folder.resolve("home"), image);
    }

    @AfterEach
    void close() {
        lab.close();
        registry.close();
    }

    @Test
    @DisplayName(
            "is operated by the AWS CLI alone: events/operate.sh starts, follows, looks, stops, redrives and schedules")
    void operated() throws Exception {
        assumeCli();
        // So that the CLI, which takes its time to start, can stop an execution before it ends.
        answersAfter = SLOW;

        LabProcess.Outcome outcome = lab.run(List.of("events/operate.sh"));

        assertThat(outcome.output()).contains("prebake\tACTIVE\tSTANDARD", "ExecutionSucceeded", "\"redriveCount\": 0");
        assertThat(outcome.output()).contains("\"State\": \"completed\"", "\"Name\": \"/prebake/default/snapshot-id\"");
        assertThat(outcome.output())
                .contains("prebake-builder", "\tterminated", "\tamazon-eks-node-al2023", "Prebake-Bake\tSuccess\t0");
        assertThat(outcome.output()).contains("-defaults\tSUCCEEDED\t0", "-other\tSUCCEEDED\t0");
        assertThat(outcome.output()).contains("-stopped\tSUCCEEDED\t1");
        assertThat(outcome.output())
                .containsPattern("(?s)-due-[0-9a-f]{16}\tSUCCEEDED\t0.*-due-[0-9a-f]{16}\tSUCCEEDED\t0");
        assertThat(outcome.output()).contains("\"ScheduleExpression\": \"rate(1 minute)\"");
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    }

    @Test
    @DisplayName("answers the AWS CLI without a parse warning, and its errors print AWS's codes")
    void understood() throws Exception {
        assumeCli();
        String arn;
        try (SfnClient states = lab.states()) {
            arn = start(states, "one", "{}");
            assertThat(await(states, arn).status()).isEqualTo(ExecutionStatus.SUCCEEDED);
        }
        for (List<String> arguments : List.of(
                List.of("stepfunctions", "describe-execution", "--execution-arn", arn),
                List.of("stepfunctions", "get-execution-history", "--execution-arn", arn),
                List.of("stepfunctions", "list-executions", "--state-machine-arn", lab.stateMachineArn),
                List.of("stepfunctions", "describe-state-machine-for-execution", "--execution-arn", arn),
                List.of("ssm", "get-parameter", "--name", "/prebake/default/snapshot-id"),
                List.of("ssm", "get-parameter-history", "--name", "/prebake/default/snapshot-id"),
                List.of("ssm", "get-parameters", "--names", "/prebake/default/snapshot-id", "/none"),
                List.of("ssm", "get-parameters-by-path", "--path", "/prebake", "--recursive"),
                List.of("ssm", "describe-parameters"),
                List.of("sts", "get-caller-identity"),
                List.of("lambda", "invoke", "--function-name", "PlanBake", "/dev/null"),
                List.of("ssm", "list-commands"),
                List.of("ssm", "list-command-invocations", "--details"),
                List.of("ssm", "describe-instance-information"),
                List.of("ec2", "describe-instances"),
                List.of("ec2", "describe-volumes"),
                List.of("ec2", "describe-tags"),
                List.of("ec2", "describe-launch-templates"),
                List.of("ec2", "describe-launch-template-versions", "--versions", "$Latest"),
                List.of("ec2", "describe-images", "--owners", "amazon"),
                List.of("ec2", "describe-snapshots", "--owner-ids", "self"),
                List.of("ec2", "describe-fast-snapshot-restores"))) {
            assertUnderstood(arguments);
        }
        assertThat(error("stepfunctions", "describe-execution", "--execution-arn", arn + "x"))
                .contains("(ExecutionDoesNotExist)");
        assertThat(error("stepfunctions", "describe-execution", "--execution-arn", "one"))
                .contains("(InvalidArn)");
        assertThat(error(
                        "stepfunctions",
                        "start-execution",
                        "--state-machine-arn",
                        lab.stateMachineArn,
                        "--name",
                        "one"))
                .contains("(ExecutionAlreadyExists)");
        assertThat(error(
                        "stepfunctions",
                        "start-execution",
                        "--state-machine-arn",
                        lab.stateMachineArn,
                        "--name",
                        "a b"))
                .contains("(InvalidName)");
        assertThat(error("stepfunctions", "redrive-execution", "--execution-arn", arn))
                .contains("(ExecutionNotRedrivable)");
        assertThat(error("ssm", "get-parameter", "--name", "/none")).contains("(ParameterNotFound)");
        assertThat(error("ec2", "describe-instances", "--instance-ids", "i-0"))
                .contains("(InvalidInstanceID.NotFound)");
        assertThat(error("ec2", "describe-images", "--image-ids", "ami-0")).contains("(InvalidAMIID.NotFound)");
        assertThat(error("stepfunctions", "list-activities"))
                .contains("UnknownOperationException", "Served for states");
    }

    @Test
    @DisplayName("keeps schedules as the AWS CLI understands them")
    void schedules() throws Exception {
        assumeCli();
        List<String> settings = List.of(
                "--name",
                "nightly",
                "--schedule-expression",
                "cron(0 3 L * ? *)",
                "--schedule-expression-timezone",
                "Europe/Paris",
                "--flexible-time-window",
                "Mode=FLEXIBLE,MaximumWindowInMinutes=15",
                "--start-date",
                "2030-01-01T00:00:00Z",
                "--target",
                "{\"Arn\": \"%s\", \"RoleArn\": \"arn:aws:iam::123456789012:role/prebake\", \"Input\": \"{}\"}"
                        .formatted(lab.stateMachineArn));
        assertUnderstood(scheduler("create-schedule", settings));
        assertUnderstood(scheduler("update-schedule", settings));
        assertThat(assertUnderstood(scheduler("get-schedule", List.of("--name", "nightly"))))
                .contains("\"ScheduleExpressionTimezone\": \"Europe/Paris\"", "\"MaximumEventAgeInSeconds\": 86400");
        assertThat(assertUnderstood(scheduler("list-schedules", List.of("--group-name", "default"))))
                .contains("schedule/default/nightly");
        assertUnderstood(scheduler("list-schedule-groups", List.of()));
        assertUnderstood(scheduler("get-schedule-group", List.of("--name", "default")));

        assertThat(error(scheduler("create-schedule", settings))).contains("(ConflictException)");
        assertThat(error(scheduler("get-schedule", List.of("--name", "none")))).contains("(ResourceNotFoundException)");
        assertThat(error(scheduler("list-schedules", List.of("--next-token", "none"))))
                .contains("(ValidationException)");
        assertUnderstood(scheduler("delete-schedule", List.of("--name", "nightly")));
        assertThat(error(scheduler("delete-schedule", List.of("--name", "nightly"))))
                .contains("(ResourceNotFoundException)");
    }

    @Test
    @DisplayName("--fault throttles: the AWS CLI tries again, and prints each service's code when that doesn't help")
    void throttled() throws Exception {
        assumeCli();
        lab.close();
        lab = LabProcess.serve(
                folder.resolve("home"),
                image,
                "--fault",
                "states:DescribeStateMachine=ThrottlingException",
                "--fault",
                "states:ListStateMachines=ThrottlingException:always",
                "--fault",
                "ssm:GetParameter=ThrottlingException:always",
                "--fault",
                "ec2:DescribeVolumes=RequestLimitExceeded:always",
                "--fault",
                "scheduler:ListSchedules=ThrottlingException:always");

        LabProcess.Outcome retried = lab.run(
                aws(List.of("stepfunctions", "describe-state-machine", "--state-machine-arn", lab.stateMachineArn)));
        assertThat(retried.exitCode()).as(retried.output()).isZero();
        assertThat(lab.log()).contains("states DescribeStateMachine: ThrottlingException");
        assertThat(impatient("stepfunctions", "list-state-machines"))
                .contains("(ThrottlingException)", "reached max retries: 1");
        assertThat(impatient("ssm", "get-parameter", "--name", "/prebake/default/snapshot-id"))
                .contains("(ThrottlingException)", "reached max retries: 1");
        assertThat(impatient("ec2", "describe-volumes")).contains("(RequestLimitExceeded)", "reached max retries: 1");
        assertThat(impatient("scheduler", "list-schedules"))
                .contains("(ThrottlingException)", "reached max retries: 1");
    }

    @Test
    @DisplayName("runs 200 executions at once in less than 512 MiB")
    void manyAtOnce() throws Exception {
        try (SfnClient states = lab.states();
                ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            List<Callable<DescribeExecutionResponse>> runs = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                String arn =
                        start(states, "run-" + i, "{\"cacheName\": \"cache-" + i + "\", \"fastRestoreZones\": []}");
                runs.add(() -> await(states, arn));
            }
            List<DescribeExecutionResponse> ends = new ArrayList<>();
            for (Future<DescribeExecutionResponse> run : callers.invokeAll(runs)) {
                ends.add(run.get());
            }
            assertThat(ends)
                    .allSatisfy(end -> assertThat(end.status()).as(end.cause()).isEqualTo(ExecutionStatus.SUCCEEDED));
        }
        assertThat(lab.peakMiB()).isLessThan(MOST_MIB);
    }

    @Test
    @DisplayName("that was killed has all that had ended, and what ran is marked as aborted")
    void killed() throws Exception {
        String ended;
        String running;
        String snapshot;
        try (SfnClient states = lab.states();
                SsmClient ssm = lab.ssm()) {
            ended = start(states, "ended", "{}");
            assertThat(await(states, ended).status()).isEqualTo(ExecutionStatus.SUCCEEDED);
            snapshot = parameter(ssm);
            running = start(states, "running", "{\"cacheName\": \"other\"}");
            while (history(states, running).stream()
                    .noneMatch(event -> event.typeAsString().equals("TaskScheduled"))) {
                Thread.sleep(LOOK.dividedBy(10));
            }
        }
        lab.kill();
        lab = LabProcess.serve(folder.resolve("home"), image);

        try (SfnClient states = lab.states();
                SsmClient ssm = lab.ssm()) {
            assertThat(describe(states, ended).status()).isEqualTo(ExecutionStatus.SUCCEEDED);
            assertThat(history(states, ended).getLast().typeAsString()).isEqualTo("ExecutionSucceeded");
            assertThat(parameter(ssm)).isEqualTo(snapshot);
            DescribeExecutionResponse lost = describe(states, running);
            // It may have come to its end before the signal did.
            assertThat(lost.status()).isIn(ExecutionStatus.ABORTED, ExecutionStatus.SUCCEEDED);
            if (lost.status() == ExecutionStatus.ABORTED) {
                assertThat(lost.error()).isEqualTo("Lab.Killed");
                assertThat(history(states, running).getLast().typeAsString()).isEqualTo("ExecutionAborted");
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(answersAfter);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void assumeCli() {
        assumeTrue(
                Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "aws"))),
                "the AWS CLI is not on PATH");
    }

    private static List<String> aws(List<String> arguments, String... more) {
        List<String> command = new ArrayList<>(List.of("aws"));
        command.addAll(arguments);
        command.addAll(List.of(more));
        return command;
    }

    private static List<String> scheduler(String operation, List<String> arguments) {
        List<String> call = new ArrayList<>(List.of("scheduler", operation));
        call.addAll(arguments);
        return call;
    }

    /** What the CLI prints for a call whose answer it understands without a warning. */
    private String assertUnderstood(List<String> arguments) throws IOException, InterruptedException {
        LabProcess.Outcome outcome = lab.run(aws(arguments, "--debug"));
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        assertThat(outcome.output()).doesNotContain("WARNING", "ResponseParserError", "Traceback");
        return outcome.output();
    }

    /** What the CLI prints for a call that is refused. */
    private String error(String... arguments) throws IOException, InterruptedException {
        return error(List.of(arguments));
    }

    private String error(List<String> arguments) throws IOException, InterruptedException {
        return failed(aws(arguments));
    }

    /** The same when it tries again only once. */
    private String impatient(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("env", "AWS_MAX_ATTEMPTS=2"));
        command.addAll(aws(List.of(arguments)));
        return failed(command);
    }

    private String failed(List<String> command) throws IOException, InterruptedException {
        LabProcess.Outcome outcome = lab.run(command);
        assertThat(outcome.exitCode()).as(outcome.output()).isNotZero();
        return outcome.output();
    }

    private String start(SfnClient states, String name, String input) {
        return states.startExecution(StartExecutionRequest.builder()
                        .stateMachineArn(lab.stateMachineArn)
                        .name(name)
                        .input(input)
                        .build())
                .executionArn();
    }

    private static DescribeExecutionResponse describe(SfnClient states, String arn) {
        return states.describeExecution(
                DescribeExecutionRequest.builder().executionArn(arn).build());
    }

    private static DescribeExecutionResponse await(SfnClient states, String arn) throws InterruptedException {
        DescribeExecutionResponse execution = describe(states, arn);
        while (execution.status() == ExecutionStatus.RUNNING) {
            Thread.sleep(LOOK);
            execution = describe(states, arn);
        }
        return execution;
    }

    private static List<HistoryEvent> history(SfnClient states, String arn) {
        return states.getExecutionHistory(GetExecutionHistoryRequest.builder()
                        .executionArn(arn)
                        .maxResults(1000)
                        .build())
                .events();
    }

    private static String parameter(SsmClient ssm) {
        return ssm.getParameter(GetParameterRequest.builder()
                        .name("/prebake/default/snapshot-id")
                        .build())
                .parameter()
                .value();
    }
}
