package dev.prebake.lab.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eks.model.DescribeNodegroupRequest;
import software.amazon.awssdk.services.eks.model.DescribeNodegroupResponse;
import software.amazon.awssdk.services.eks.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.eks.model.ListUpdatesRequest;
import software.amazon.awssdk.services.eks.model.ListUpdatesResponse;
import software.amazon.awssdk.services.eks.model.Nodegroup;
import software.amazon.awssdk.services.eks.model.ResourceNotFoundException;
import software.amazon.awssdk.services.eks.model.Update;
import software.amazon.awssdk.services.eks.model.UpdateNodegroupVersionRequest;
import software.amazon.awssdk.services.eks.model.UpdateNodegroupVersionResponse;
import software.amazon.awssdk.services.eks.model.UpdateStatus;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.ListExecutionsRequest;
import software.amazon.awssdk.services.sfn.model.ListExecutionsResponse;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterResponse;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;
import software.amazon.awssdk.services.ssm.model.SendCommandRequest;
import software.amazon.awssdk.services.ssm.model.SendCommandResponse;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

@DisplayName("The AWS CLI and a double understand one another")
class AwsCliTest {
    private static final AtomicReference<SdkRequest> RECEIVED = new AtomicReference<>();
    private static AwsEndpoint endpoint;

    private static final class Ec2 implements Ec2Client {
        @Override
        public DescribeInstancesResponse describeInstances(DescribeInstancesRequest request) {
            return DescribeInstancesResponse.builder()
                    .reservations(Reservation.builder()
                            .instances(Instance.builder()
                                    .instanceId("i-1")
                                    .launchTime(Instant.parse("2026-01-02T03:04:05.678Z"))
                                    .build())
                            .build())
                    .build();
        }

        @Override
        public RunInstancesResponse runInstances(RunInstancesRequest request) {
            return RunInstancesResponse.builder().instances(List.of()).build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class Ssm implements SsmClient {
        @Override
        public GetParameterResponse getParameter(GetParameterRequest request) {
            if (!request.name().equals("/there")) {
                throw AwsFault.of(ParameterNotFoundException.builder(), 400, "ParameterNotFound", "Not here");
            }
            return GetParameterResponse.builder()
                    .parameter(p -> p.name(request.name()).value("snap-1").lastModifiedDate(Instant.EPOCH))
                    .build();
        }

        @Override
        public SendCommandResponse sendCommand(SendCommandRequest request) {
            return SendCommandResponse.builder()
                    .command(c -> c.commandId("c-1"))
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class Sfn implements SfnClient {
        @Override
        public ListExecutionsResponse listExecutions(ListExecutionsRequest request) {
            var second = request.nextToken() != null;
            return ListExecutionsResponse.builder()
                    .executions(ExecutionListItem.builder()
                            .name(second ? "e-2" : "e-1")
                            .startDate(Instant.parse("2026-01-02T03:04:05.678Z"))
                            .build())
                    .nextToken(second ? null : "page-2")
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class Logs implements CloudWatchLogsClient {
        @Override
        public GetLogEventsResponse getLogEvents(GetLogEventsRequest request) {
            return GetLogEventsResponse.builder()
                    .events(OutputLogEvent.builder()
                            .message("{\"phase\":\"pull\"}")
                            .build())
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class Eks implements EksClient {
        @Override
        public DescribeNodegroupResponse describeNodegroup(DescribeNodegroupRequest request) {
            if (!request.nodegroupName().equals("gpu")) {
                throw AwsFault.of(
                        ResourceNotFoundException.builder()
                                .clusterName(request.clusterName())
                                .nodegroupName(request.nodegroupName()),
                        404,
                        "ResourceNotFoundException",
                        "No node group found for name: " + request.nodegroupName() + ".");
            }
            return DescribeNodegroupResponse.builder()
                    .nodegroup(Nodegroup.builder()
                            .clusterName(request.clusterName())
                            .nodegroupName(request.nodegroupName())
                            .createdAt(Instant.parse("2026-01-02T03:04:05.678Z"))
                            .launchTemplate(LaunchTemplateSpecification.builder()
                                    .id("lt-1")
                                    .version("7")
                                    .build())
                            .build())
                    .build();
        }

        @Override
        public UpdateNodegroupVersionResponse updateNodegroupVersion(UpdateNodegroupVersionRequest request) {
            return UpdateNodegroupVersionResponse.builder()
                    .update(Update.builder()
                            .id("u-1")
                            .status(UpdateStatus.IN_PROGRESS)
                            .build())
                    .build();
        }

        @Override
        public ListUpdatesResponse listUpdates(ListUpdatesRequest request) {
            var second = request.nextToken() != null;
            return ListUpdatesResponse.builder()
                    .updateIds(second ? "u-2" : "u-1")
                    .nextToken(second ? null : "page 2")
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class Sts implements StsClient {
        @Override
        public GetCallerIdentityResponse getCallerIdentity(GetCallerIdentityRequest request) {
            return GetCallerIdentityResponse.builder().account("000000000000").build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    @BeforeAll
    static void start() throws IOException {
        var path = System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1);
        assumeTrue(
                List.of(path).stream().anyMatch(folder -> Files.isExecutable(Path.of(folder, "aws"))),
                "the AWS CLI is not on PATH");
        endpoint = AwsEndpoint.serving(
                        Service.of(Ec2Client.class, new Ec2()),
                        Service.of(SsmClient.class, new Ssm()),
                        Service.of(SfnClient.class, new Sfn()),
                        Service.of(CloudWatchLogsClient.class, new Logs()),
                        Service.of(EksClient.class, new Eks()),
                        Service.of(StsClient.class, new Sts()))
                .intercepting((call, next) -> {
                    RECEIVED.set(call.request());
                    return next.get();
                })
                .start(0);
    }

    @AfterAll
    static void stop() {
        if (endpoint != null) {
            endpoint.close();
        }
    }

    private record Outcome(int exit, String output) {}

    private static Outcome aws(String... arguments) throws IOException, InterruptedException {
        var command =
                new ArrayList<>(List.of("aws", "--endpoint-url", endpoint.uri().toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of(
                        "AWS_ACCESS_KEY_ID", "AKIAEXAMPLE",
                        "AWS_SECRET_ACCESS_KEY", "secret",
                        "AWS_DEFAULT_REGION", "us-east-1",
                        "AWS_DEFAULT_OUTPUT", "json",
                        "AWS_EC2_METADATA_DISABLED", "true",
                        "AWS_MAX_ATTEMPTS", "1",
                        "AWS_CONFIG_FILE", "/dev/null",
                        "AWS_SHARED_CREDENTIALS_FILE", "/dev/null"));
        var process = builder.start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    @Test
    @DisplayName("EC2: describe-instances with filters, run-instances with block devices, an unknown action's code")
    void ec2() throws Exception {
        var described = aws("ec2", "describe-instances", "--filters", "Name=tag:prebake:cache,Values=a,b");
        assertThat(described.output()).contains("\"InstanceId\": \"i-1\"", "\"LaunchTime\": \"2026-01-02T03:04:05.678");
        assertThat(described.exit()).isZero();
        assertThat(((DescribeInstancesRequest) RECEIVED.get()).filters())
                .containsExactly(Filter.builder()
                        .name("tag:prebake:cache")
                        .values("a", "b")
                        .build());

        var run = aws(
                "ec2",
                "run-instances",
                "--image-id=ami-1",
                "--client-token=t",
                "--block-device-mappings",
                "[{\"DeviceName\":\"/dev/xvdb\",\"Ebs\":{\"VolumeSize\":64,\"Encrypted\":true}}]",
                "--tag-specifications",
                "ResourceType=instance,Tags=[{Key=Name,Value=a b&c}]");
        assertThat(run.output()).contains("\"Instances\": []");
        var request = (RunInstancesRequest) RECEIVED.get();
        assertThat(request.clientToken()).isEqualTo("t");
        assertThat(request.blockDeviceMappings().getFirst().ebs().volumeSize()).isEqualTo(64);
        assertThat(request.blockDeviceMappings().getFirst().ebs().encrypted()).isTrue();
        assertThat(request.tagSpecifications().getFirst().tags().getFirst().value())
                .isEqualTo("a b&c");

        assertThat(aws("ec2", "describe-vpcs").output())
                .contains("An error occurred (InvalidAction)", "Served for ec2: DescribeInstances, RunInstances");
    }

    @Test
    @DisplayName("Systems Manager: get-parameter, one that isn't there, send-command")
    void ssm() throws Exception {
        assertThat(aws("ssm", "get-parameter", "--name", "/there").output()).contains("\"Value\": \"snap-1\"");
        var missing = aws("ssm", "get-parameter", "--name", "/missing");
        assertThat(missing.output())
                .contains("An error occurred (ParameterNotFound) when calling the GetParameter operation: Not here");
        assertThat(missing.exit()).isNotZero();
        assertThat(aws(
                                "ssm",
                                "send-command",
                                "--document-name=d",
                                "--targets",
                                "Key=InstanceIds,Values=i-1,i-2",
                                "--parameters",
                                "{\"request\":[\"{}\"]}")
                        .output())
                .contains("\"CommandId\": \"c-1\"");
        assertThat(((SendCommandRequest) RECEIVED.get()).parameters()).containsEntry("request", List.of("{}"));
    }

    @Test
    @DisplayName("Step Functions: list-executions turns its pages")
    void sfn() throws Exception {
        var listed = aws("stepfunctions", "list-executions", "--state-machine-arn", "arn:aws:states:x");
        assertThat(listed.output()).contains("\"name\": \"e-1\"", "\"name\": \"e-2\"");
        // Version 1 of the CLI prints the number that is on the wire, version 2 a date in the machine's zone.
        assertThat(listed.output()).containsPattern("\"startDate\": (1767323045\\.678|\"2026-01-0)");
    }

    @Test
    @DisplayName("EKS: describe-nodegroup and one that isn't there, an update with a template, list-updates by pages")
    void eks() throws Exception {
        var described = aws("eks", "describe-nodegroup", "--cluster-name=ml", "--nodegroup-name=gpu");
        assertThat(described.output())
                .contains("\"clusterName\": \"ml\"", "\"version\": \"7\"")
                .containsPattern("\"createdAt\": (1767323045\\.678|\"2026-01-0)");
        assertThat(described.exit()).isZero();

        var missing = aws("eks", "describe-nodegroup", "--cluster-name=ml", "--nodegroup-name=none");
        assertThat(missing.output())
                .contains(
                        "An error occurred (ResourceNotFoundException) when calling the DescribeNodegroup operation: No"
                                + " node group found for name: none.");
        assertThat(missing.exit()).isNotZero();

        var updated = aws(
                "eks",
                "update-nodegroup-version",
                "--cluster-name=ml",
                "--nodegroup-name=gpu",
                "--launch-template=id=lt-1,version=8",
                "--force",
                "--client-request-token=t");
        assertThat(updated.output()).contains("\"status\": \"InProgress\"");
        assertThat(RECEIVED.get())
                .isEqualTo(UpdateNodegroupVersionRequest.builder()
                        .clusterName("ml")
                        .nodegroupName("gpu")
                        .launchTemplate(LaunchTemplateSpecification.builder()
                                .id("lt-1")
                                .version("8")
                                .build())
                        .force(true)
                        .clientRequestToken("t")
                        .build());

        assertThat(aws("eks", "list-updates", "--name=ml", "--nodegroup-name=gpu")
                        .output())
                .contains("\"u-1\"", "\"u-2\"");
        assertThat(((ListUpdatesRequest) RECEIVED.get()).nextToken()).isEqualTo("page 2");
        assertThat(((ListUpdatesRequest) RECEIVED.get()).nodegroupName()).isEqualTo("gpu");

        assertThat(aws("eks", "list-clusters").output())
                .contains(
                        "An error occurred (UnknownOperationException)",
                        "GET /clusters is not served here. Served for eks: DescribeNodegroup, ListUpdates");
    }

    @Test
    @DisplayName("CloudWatch Logs and STS answer")
    void others() throws Exception {
        assertThat(aws("logs", "get-log-events", "--log-group-name=g", "--log-stream-name=s")
                        .output())
                .contains("\"message\": \"{\\\"phase\\\":\\\"pull\\\"}\"");
        assertThat(aws("sts", "get-caller-identity").output()).contains("\"Account\": \"000000000000\"");
    }
}
