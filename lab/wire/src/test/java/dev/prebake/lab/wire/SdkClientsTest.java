package dev.prebake.lab.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsClient;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.EbsInstanceBlockDevice;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoreErrorItem;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoreStateError;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoreStateErrorItem;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.HttpTokensState;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfileSpecification;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.InstanceState;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.InstanceType;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.ec2.model.Placement;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ec2.model.ShutdownBehavior;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.ec2.model.VolumeType;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionDoesNotExistException;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryRequest;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryResponse;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.HistoryEventType;
import software.amazon.awssdk.services.sfn.model.ListExecutionsRequest;
import software.amazon.awssdk.services.sfn.model.SfnException;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;
import software.amazon.awssdk.services.sfn.model.StartExecutionResponse;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.Command;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationRequest;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationResponse;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterResponse;
import software.amazon.awssdk.services.ssm.model.InvalidInstanceIdException;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;
import software.amazon.awssdk.services.ssm.model.PutParameterResponse;
import software.amazon.awssdk.services.ssm.model.SendCommandRequest;
import software.amazon.awssdk.services.ssm.model.SendCommandResponse;
import software.amazon.awssdk.services.ssm.model.SsmException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

@DisplayName("The AWS SDK's own clients and a double understand one another")
class SdkClientsTest {
    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicReference<SdkRequest> received = new AtomicReference<>();

    @AfterEach
    void close() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
    }

    private <C extends AwsClient> AwsEndpoint serve(Class<C> type, C implementation) throws IOException {
        var endpoint = AwsEndpoint.serving(Service.of(type, implementation))
                .intercepting((call, next) -> {
                    received.set(call.request());
                    return next.get();
                })
                .start(0);
        open.add(endpoint);
        return endpoint;
    }

    private <C extends AwsClient> C opened(C client) {
        open.add(client);
        return client;
    }

    private Ec2Client ec2(Ec2Client implementation) throws IOException {
        return opened(Clients.of(
                Ec2Client.builder(), serve(Ec2Client.class, implementation).uri()));
    }

    private SsmClient ssm(SsmClient implementation) throws IOException {
        return opened(Clients.of(
                SsmClient.builder(), serve(SsmClient.class, implementation).uri()));
    }

    private SfnClient sfn(SfnClient implementation) throws IOException {
        return opened(Clients.of(
                SfnClient.builder(), serve(SfnClient.class, implementation).uri()));
    }

    /** Doubles with what the tests need of a service's name. */
    private interface NamedEc2 extends Ec2Client {
        @Override
        default String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        default void close() {}
    }

    private interface NamedSsm extends SsmClient {
        @Override
        default String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        default void close() {}
    }

    private interface NamedSfn extends SfnClient {
        @Override
        default String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        default void close() {}
    }

    @Test
    @DisplayName(
            "RunInstances carries its launch template, block devices, tags and client token, and answers the instance")
    void runInstances() throws IOException {
        var instance = Instance.builder()
                .instanceId("i-0123456789abcdef0")
                .instanceType(InstanceType.M6_I_LARGE)
                .launchTime(Instant.parse("2026-01-02T03:04:05.678Z"))
                .state(InstanceState.builder()
                        .code(0)
                        .name(InstanceStateName.PENDING)
                        .build())
                .placement(Placement.builder().availabilityZone("us-east-1a").build())
                .blockDeviceMappings(InstanceBlockDeviceMapping.builder()
                        .deviceName("/dev/xvdb")
                        .ebs(EbsInstanceBlockDevice.builder()
                                .volumeId("vol-01")
                                .deleteOnTermination(true)
                                .build())
                        .build())
                .tags(Tag.builder().key("Name").value("a <builder> & more").build())
                .build();
        var client = ec2(new NamedEc2() {
            @Override
            public RunInstancesResponse runInstances(RunInstancesRequest request) {
                return RunInstancesResponse.builder()
                        .reservationId("r-1")
                        .instances(instance)
                        .build();
            }
        });
        var request = RunInstancesRequest.builder()
                .clientToken("prebake-execution-1")
                .minCount(1)
                .maxCount(1)
                .instanceType(InstanceType.M6_I_LARGE)
                .instanceInitiatedShutdownBehavior(ShutdownBehavior.TERMINATE)
                .userData("IyEvYmluL3NoCg==")
                .launchTemplate(LaunchTemplateSpecification.builder()
                        .launchTemplateId("lt-1")
                        .version("3")
                        .build())
                .iamInstanceProfile(IamInstanceProfileSpecification.builder()
                        .name("builder")
                        .build())
                .blockDeviceMappings(
                        BlockDeviceMapping.builder()
                                .deviceName("/dev/xvda")
                                .noDevice("")
                                .build(),
                        BlockDeviceMapping.builder()
                                .deviceName("/dev/xvdb")
                                .ebs(EbsBlockDevice.builder()
                                        .volumeSize(64)
                                        .volumeType(VolumeType.GP3)
                                        .iops(3000)
                                        .throughput(125)
                                        .encrypted(true)
                                        .deleteOnTermination(false)
                                        .build())
                                .build())
                .tagSpecifications(TagSpecification.builder()
                        .resourceType(ResourceType.INSTANCE)
                        .tags(Tag.builder()
                                .key("prebake:cache")
                                .value("default")
                                .build())
                        .build())
                .metadataOptions(InstanceMetadataOptionsRequest.builder()
                        .httpTokens(HttpTokensState.REQUIRED)
                        .build())
                .build();

        var response = client.runInstances(request);

        assertThat(received.get().equalsBySdkFields(request))
                .as("%s", received.get())
                .isTrue();
        assertThat(response.instances()).containsExactly(instance);
        assertThat(response.responseMetadata().requestId()).matches("[0-9a-f-]{36}");
    }

    @Test
    @DisplayName("DescribeInstances carries filters, pages by token, and an empty page is an empty list")
    void describeInstances() throws IOException {
        var client = ec2(new NamedEc2() {
            @Override
            public DescribeInstancesResponse describeInstances(DescribeInstancesRequest request) {
                var page = request.nextToken() == null ? 1 : Integer.parseInt(request.nextToken());
                return DescribeInstancesResponse.builder()
                        .reservations(
                                page == 3
                                        ? List.of()
                                        : List.of(Reservation.builder()
                                                .reservationId("r-" + page)
                                                .build()))
                        .nextToken(page == 3 ? null : Integer.toString(page + 1))
                        .build();
            }
        });
        var request = DescribeInstancesRequest.builder()
                .filters(
                        Filter.builder()
                                .name("tag:prebake:cache")
                                .values("default", "other")
                                .build(),
                        Filter.builder()
                                .name("instance-state-name")
                                .values("running")
                                .build())
                .build();

        assertThat(client.describeInstancesPaginator(request).reservations())
                .extracting(Reservation::reservationId)
                .containsExactly("r-1", "r-2");
        assertThat(((DescribeInstancesRequest) received.get()).filters()).isEqualTo(request.filters());
        var last = client.describeInstances(request.toBuilder().nextToken("3").build());
        assertThat(last.hasReservations()).isTrue();
    }

    @Test
    @DisplayName("DescribeSnapshots and EnableFastSnapshotRestores answer states, times and the unsuccessful items")
    void snapshots() throws IOException {
        var snapshot = Snapshot.builder()
                .snapshotId("snap-1")
                .state(SnapshotState.PENDING)
                .progress("42%")
                .startTime(Instant.parse("2026-01-02T03:04:05Z"))
                .volumeSize(64)
                .build();
        var refused = EnableFastSnapshotRestoreErrorItem.builder()
                .snapshotId("snap-1")
                .fastSnapshotRestoreStateErrors(EnableFastSnapshotRestoreStateErrorItem.builder()
                        .availabilityZone("us-east-1b")
                        .error(EnableFastSnapshotRestoreStateError.builder()
                                .code("FastSnapshotRestoreLimitExceeded")
                                .message("Quota of 5 reached")
                                .build())
                        .build())
                .build();
        var client = ec2(new NamedEc2() {
            @Override
            public DescribeSnapshotsResponse describeSnapshots(DescribeSnapshotsRequest request) {
                return DescribeSnapshotsResponse.builder().snapshots(snapshot).build();
            }

            @Override
            public EnableFastSnapshotRestoresResponse enableFastSnapshotRestores(
                    EnableFastSnapshotRestoresRequest request) {
                return EnableFastSnapshotRestoresResponse.builder()
                        .successful(EnableFastSnapshotRestoreSuccessItem.builder()
                                .snapshotId("snap-1")
                                .availabilityZone("us-east-1a")
                                .state(FastSnapshotRestoreStateCode.ENABLING)
                                .build())
                        .unsuccessful(refused)
                        .build();
            }

            @Override
            public DeleteSnapshotResponse deleteSnapshot(DeleteSnapshotRequest request) {
                return DeleteSnapshotResponse.builder().build();
            }
        });

        assertThat(client.describeSnapshots(DescribeSnapshotsRequest.builder()
                                .ownerIds("self")
                                .build())
                        .snapshots())
                .containsExactly(snapshot);
        var request = EnableFastSnapshotRestoresRequest.builder()
                .sourceSnapshotIds("snap-1")
                .availabilityZones("us-east-1a", "us-east-1b")
                .build();
        var response = client.enableFastSnapshotRestores(request);
        assertThat(received.get()).isEqualTo(request);
        assertThat(response.successful().getFirst().state()).isEqualTo(FastSnapshotRestoreStateCode.ENABLING);
        assertThat(response.unsuccessful()).containsExactly(refused);
        assertThat(client.deleteSnapshot(
                        DeleteSnapshotRequest.builder().snapshotId("snap-1").build()))
                .isNotNull();
    }

    @Test
    @DisplayName("An EC2 error comes out with its code, message, status and request ID")
    void ec2Error() throws IOException {
        var client = ec2(new NamedEc2() {
            @Override
            public RunInstancesResponse runInstances(RunInstancesRequest request) {
                throw AwsFault.of(
                        Ec2Exception.builder(),
                        500,
                        "InsufficientInstanceCapacity",
                        "We currently do not have sufficient p4d.24xlarge capacity in <us-east-1a> & elsewhere.");
            }
        });

        var error = catchThrowableOfType(
                Ec2Exception.class,
                () -> client.runInstances(
                        RunInstancesRequest.builder().minCount(1).maxCount(1).build()));

        assertThat(error.awsErrorDetails().errorCode()).isEqualTo("InsufficientInstanceCapacity");
        assertThat(error.awsErrorDetails().errorMessage()).contains("in <us-east-1a> & elsewhere");
        assertThat(error.statusCode()).isEqualTo(500);
        assertThat(error.requestId()).matches("[0-9a-f-]{36}");
    }

    @Test
    @DisplayName("A parameter that was put is got again, and one that wasn't is ParameterNotFoundException")
    void parameters() throws IOException {
        var store = new AtomicReference<PutParameterRequest>();
        var client = ssm(new NamedSsm() {
            @Override
            public PutParameterResponse putParameter(PutParameterRequest request) {
                store.set(request);
                return PutParameterResponse.builder().version(1L).build();
            }

            @Override
            public GetParameterResponse getParameter(GetParameterRequest request) {
                var put = store.get();
                if (put == null || !put.name().equals(request.name())) {
                    throw AwsFault.of(ParameterNotFoundException.builder(), 400, "ParameterNotFound", "No such one");
                }
                return GetParameterResponse.builder()
                        .parameter(software.amazon.awssdk.services.ssm.model.Parameter.builder()
                                .name(put.name())
                                .value(put.value())
                                .type(put.type())
                                .version(1L)
                                .lastModifiedDate(Instant.parse("2026-01-02T03:04:05.678Z"))
                                .build())
                        .build();
            }
        });

        client.putParameter(PutParameterRequest.builder()
                .name("/prebake/default/snapshot-id")
                .value("snap-1\u0001 \"quoted\"")
                .type(ParameterType.STRING)
                .overwrite(true)
                .build());
        var parameter = client.getParameter(GetParameterRequest.builder()
                        .name("/prebake/default/snapshot-id")
                        .build())
                .parameter();
        assertThat(parameter.value()).isEqualTo("snap-1\u0001 \"quoted\"");
        assertThat(parameter.lastModifiedDate()).isEqualTo("2026-01-02T03:04:05.678Z");
        assertThatExceptionOfType(ParameterNotFoundException.class)
                .isThrownBy(() -> client.getParameter(
                        GetParameterRequest.builder().name("/none").build()))
                .satisfies(e -> {
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ParameterNotFound");
                    assertThat(e.awsErrorDetails().errorMessage()).isEqualTo("No such one");
                    assertThat(e.statusCode()).isEqualTo(400);
                });
    }

    @Test
    @DisplayName("SendCommand carries a map of lists, and GetCommandInvocation answers both outputs")
    void commands() throws IOException {
        var client = ssm(new NamedSsm() {
            @Override
            public SendCommandResponse sendCommand(SendCommandRequest request) {
                if (request.instanceIds().isEmpty()) {
                    throw AwsFault.of(InvalidInstanceIdException.builder(), 400, "InvalidInstanceId", "None given");
                }
                return SendCommandResponse.builder()
                        .command(Command.builder()
                                .commandId("c-1")
                                .parameters(request.parameters())
                                .requestedDateTime(Instant.ofEpochSecond(1_700_000_000))
                                .build())
                        .build();
            }

            @Override
            public GetCommandInvocationResponse getCommandInvocation(GetCommandInvocationRequest request) {
                return GetCommandInvocationResponse.builder()
                        .commandId(request.commandId())
                        .responseCode(1)
                        .standardOutputContent("{\"images\":[]}")
                        .standardErrorContent("line 1\nline 2")
                        .build();
            }
        });
        var request = SendCommandRequest.builder()
                .documentName("Prebake-Bake")
                .instanceIds("i-1")
                .parameters(Map.of("request", List.of("{\"volumeId\":\"vol-1\"}"), "commands", List.of("a", "b")))
                .cloudWatchOutputConfig(c -> c.cloudWatchOutputEnabled(true).cloudWatchLogGroupName("/prebake"))
                .build();

        var command = client.sendCommand(request).command();

        assertThat(received.get()).isEqualTo(request);
        assertThat(command.parameters()).isEqualTo(request.parameters());
        assertThat(command.requestedDateTime()).isEqualTo(Instant.ofEpochSecond(1_700_000_000));
        assertThatExceptionOfType(InvalidInstanceIdException.class)
                .isThrownBy(() -> client.sendCommand(
                        SendCommandRequest.builder().documentName("d").build()));
        var invocation = client.getCommandInvocation(GetCommandInvocationRequest.builder()
                .commandId("c-1")
                .instanceId("i-1")
                .build());
        assertThat(invocation.standardErrorContent()).isEqualTo("line 1\nline 2");
        assertThat(invocation.responseCode()).isEqualTo(1);
    }

    @Test
    @DisplayName("GetLogEvents answers events with their times in milliseconds")
    void logEvents() throws IOException {
        var events = List.of(
                OutputLogEvent.builder()
                        .timestamp(1_700_000_000_123L)
                        .message("{\"phase\":\"pull\"}")
                        .build(),
                OutputLogEvent.builder()
                        .timestamp(1_700_000_001_123L)
                        .message("…")
                        .build());
        var endpoint = serve(CloudWatchLogsClient.class, new CloudWatchLogsClient() {
            @Override
            public GetLogEventsResponse getLogEvents(GetLogEventsRequest request) {
                return GetLogEventsResponse.builder()
                        .events(events)
                        .nextForwardToken("f/1")
                        .build();
            }

            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        });
        var client = opened(Clients.of(CloudWatchLogsClient.builder(), endpoint.uri()));
        var request = GetLogEventsRequest.builder()
                .logGroupName("/prebake")
                .logStreamName("c-1/i-1/stderr")
                .startFromHead(true)
                .startTime(5L)
                .build();

        var response = client.getLogEvents(request);

        assertThat(response.events()).isEqualTo(events);
        assertThat(received.get()).isEqualTo(request);
    }

    @Test
    @DisplayName("An execution is started, described and its history read, with times to the millisecond")
    void executions() throws IOException {
        var at = Instant.parse("2026-01-02T03:04:05.678Z");
        var history = List.of(
                HistoryEvent.builder()
                        .id(1L)
                        .previousEventId(0L)
                        .timestamp(at)
                        .type(HistoryEventType.EXECUTION_STARTED)
                        .executionStartedEventDetails(d -> d.input("{}").inputDetails(i -> i.truncated(false)))
                        .build(),
                HistoryEvent.builder()
                        .id(2L)
                        .previousEventId(1L)
                        .timestamp(at.plusMillis(1))
                        .type(HistoryEventType.EXECUTION_FAILED)
                        .executionFailedEventDetails(
                                d -> d.error("ImagePullFailed").cause("404"))
                        .build());
        var client = sfn(new NamedSfn() {
            @Override
            public StartExecutionResponse startExecution(StartExecutionRequest request) {
                return StartExecutionResponse.builder()
                        .executionArn("arn:" + request.name())
                        .startDate(at)
                        .build();
            }

            @Override
            public DescribeExecutionResponse describeExecution(DescribeExecutionRequest request) {
                if (!request.executionArn().equals("arn:e-1")) {
                    throw AwsFault.of(
                            ExecutionDoesNotExistException.builder(), 400, "ExecutionDoesNotExist", "No execution");
                }
                return DescribeExecutionResponse.builder()
                        .executionArn(request.executionArn())
                        .status(ExecutionStatus.RUNNING)
                        .startDate(at)
                        .input("{\"images\":[\"docker.io/library/busybox:1\"]}")
                        .build();
            }

            @Override
            public GetExecutionHistoryResponse getExecutionHistory(GetExecutionHistoryRequest request) {
                var second = request.nextToken() != null;
                return GetExecutionHistoryResponse.builder()
                        .events(history.get(second ? 1 : 0))
                        .nextToken(second ? null : "2")
                        .build();
            }
        });

        var started = client.startExecution(StartExecutionRequest.builder()
                .stateMachineArn("arn:m")
                .name("e-1")
                .input("{}")
                .build());
        assertThat(started.startDate()).isEqualTo(at);
        var described = client.describeExecution(
                DescribeExecutionRequest.builder().executionArn("arn:e-1").build());
        assertThat(described.status()).isEqualTo(ExecutionStatus.RUNNING);
        assertThat(described.stopDate()).isNull();
        assertThat(client.getExecutionHistoryPaginator(GetExecutionHistoryRequest.builder()
                                .executionArn("arn:e-1")
                                .build())
                        .events())
                .containsExactlyElementsOf(history);
        assertThatExceptionOfType(ExecutionDoesNotExistException.class)
                .isThrownBy(() -> client.describeExecution(DescribeExecutionRequest.builder()
                        .executionArn("arn:none")
                        .build()))
                .satisfies(e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ExecutionDoesNotExist"));
        assertThatExceptionOfType(SfnException.class)
                .isThrownBy(() ->
                        client.listExecutions(ListExecutionsRequest.builder().build()))
                .satisfies(e -> {
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("UnknownOperationException");
                    assertThat(e.awsErrorDetails().errorMessage())
                            .contains("ListExecutions", "DescribeExecution, GetExecutionHistory, StartExecution");
                });
    }

    @Test
    @DisplayName("A modelled exception's own fields reach the client")
    void errorFields() throws IOException {
        var client = sfn(new NamedSfn() {
            @Override
            public StartExecutionResponse startExecution(StartExecutionRequest request) {
                throw AwsFault.of(
                        software.amazon.awssdk.services.sfn.model.ValidationException.builder()
                                .reason("API_DOES_NOT_SUPPORT_LABELED_ARNS"),
                        400,
                        "ValidationException",
                        "not this ARN");
            }
        });

        var error = catchThrowableOfType(
                software.amazon.awssdk.services.sfn.model.ValidationException.class,
                () -> client.startExecution(
                        StartExecutionRequest.builder().stateMachineArn("one").build()));

        assertThat(error.reasonAsString()).isEqualTo("API_DOES_NOT_SUPPORT_LABELED_ARNS");
        assertThat(error.awsErrorDetails().errorMessage()).isEqualTo("not this ARN");
    }

    @Test
    @DisplayName("AWS Query answers GetCallerIdentity")
    void callerIdentity() throws IOException {
        var endpoint = serve(StsClient.class, new StsClient() {
            @Override
            public GetCallerIdentityResponse getCallerIdentity(GetCallerIdentityRequest request) {
                return GetCallerIdentityResponse.builder()
                        .account("000000000000")
                        .userId("me")
                        .build();
            }

            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        });
        var client = opened(Clients.of(StsClient.builder(), endpoint.uri()));

        var identity =
                client.getCallerIdentity(GetCallerIdentityRequest.builder().build());

        assertThat(identity.account()).isEqualTo("000000000000");
        assertThat(identity.responseMetadata().requestId()).matches("[0-9a-f-]{36}");
    }

    @Test
    @DisplayName("Interceptors see each call with its caller, outermost first, and can refuse it")
    void interceptors() throws IOException {
        var seen = new ArrayList<String>();
        var endpoint = AwsEndpoint.serving(Service.of(SsmClient.class, new NamedSsm() {
                    @Override
                    public GetParameterResponse getParameter(GetParameterRequest request) {
                        seen.add("double");
                        return GetParameterResponse.builder().build();
                    }
                }))
                .intercepting((call, next) -> {
                    seen.add(call.service() + ":" + call.operation() + " by "
                            + call.caller().accessKeyId() + " in "
                            + call.caller().region());
                    return next.get();
                })
                .intercepting((call, next) -> {
                    if (((GetParameterRequest) call.request()).name().equals("/secret")) {
                        throw AwsFault.of(SsmException.builder(), 400, "AccessDeniedException", "Not you");
                    }
                    seen.add("second");
                    return next.get();
                })
                .start(0);
        open.add(endpoint);
        var client = opened(Clients.of(SsmClient.builder(), endpoint.uri()));

        client.getParameter(GetParameterRequest.builder().name("/open").build());

        assertThat(seen).containsExactly("ssm:GetParameter by AKIAEXAMPLE in us-east-1", "second", "double");
        assertThatExceptionOfType(SsmException.class)
                .isThrownBy(() -> client.getParameter(
                        GetParameterRequest.builder().name("/secret").build()))
                .satisfies(e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException"));
    }
}
