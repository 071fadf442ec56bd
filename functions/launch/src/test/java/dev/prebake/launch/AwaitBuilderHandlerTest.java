package dev.prebake.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;

import dev.prebake.kernel.HandlerCall;
import dev.prebake.kernel.TransientAwsException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.EbsInstanceBlockDevice;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.InstanceState;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationRequest;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationResponse;
import software.amazon.awssdk.services.ssm.model.InstanceInformation;
import software.amazon.awssdk.services.ssm.model.PingStatus;

@DisplayName("AwaitBuilder")
class AwaitBuilderHandlerTest {
    private final Ec2Client ec2 = mock(Ec2Client.class, CALLS_REAL_METHODS);
    private final SsmClient ssm = mock(SsmClient.class, CALLS_REAL_METHODS);
    private final AwaitBuilderHandler handler = new AwaitBuilderHandler(ec2, ssm);

    @Test
    @DisplayName("is done once the instance runs and its agent is online, and adds the data volume's ID")
    void done() {
        instanceIs(InstanceStateName.RUNNING);
        doReturn(DescribeInstanceInformationResponse.builder()
                        .instanceInformationList(InstanceInformation.builder()
                                .pingStatus(PingStatus.ONLINE)
                                .build())
                        .build())
                .when(ssm)
                .describeInstanceInformation(any(DescribeInstanceInformationRequest.class));

        var answer = HandlerCall.call(handler, HandlerCall.event("AwaitBuilder"));

        assertThat(answer)
                .hasToString("{\"done\":true,\"builder\":{\"instanceId\":\"i-0a4c7d9e2f1b38560\","
                        + "\"instanceType\":\"c6in.4xlarge\",\"availabilityZone\":\"eu-central-1a\","
                        + "\"volumeId\":\"vol-0c2e4f6a8b1d3e5f7\"}}");
        var instances = ArgumentCaptor.forClass(DescribeInstancesRequest.class);
        verify(ec2).describeInstances(instances.capture());
        assertThat(instances.getValue().instanceIds()).containsExactly("i-0a4c7d9e2f1b38560");
        var agents = ArgumentCaptor.forClass(DescribeInstanceInformationRequest.class);
        verify(ssm).describeInstanceInformation(agents.capture());
        assertThat(agents.getValue().filters().getFirst().key()).isEqualTo("InstanceIds");
        assertThat(agents.getValue().filters().getFirst().values()).isEqualTo(List.of("i-0a4c7d9e2f1b38560"));
    }

    @Test
    @DisplayName("asks to wait while the instance is pending, without asking SSM")
    void pending() {
        instanceIs(InstanceStateName.PENDING);

        var answer = HandlerCall.call(handler, HandlerCall.event("AwaitBuilder"));

        assertThat(answer.path("done").asBoolean()).isFalse();
        assertThat(answer.path("waitSeconds").asInt()).isEqualTo(4);
        verifyNoInteractions(ssm);
    }

    @Test
    @DisplayName("asks to wait while EC2 doesn't know the instance that it has just launched")
    void notFoundYet() {
        doThrow(refusal("InvalidInstanceID.NotFound", 400))
                .when(ec2)
                .describeInstances(any(DescribeInstancesRequest.class));

        var answer = HandlerCall.call(handler, HandlerCall.event("AwaitBuilder"));

        assertThat(answer.path("done").asBoolean()).isFalse();
        assertThat(answer.path("builder").path("instanceId").asText()).isEqualTo("i-0a4c7d9e2f1b38560");
    }

    @Test
    @DisplayName("leaves EC2's own trouble to the workflow's retries")
    void trouble() {
        doThrow(refusal("InternalError", 500)).when(ec2).describeInstances(any(DescribeInstancesRequest.class));

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("AwaitBuilder")))
                .isInstanceOf(TransientAwsException.class);
    }

    private void instanceIs(InstanceStateName state) {
        doReturn(DescribeInstancesResponse.builder()
                        .reservations(Reservation.builder()
                                .instances(Instance.builder()
                                        .instanceId("i-0a4c7d9e2f1b38560")
                                        .state(InstanceState.builder()
                                                .name(state)
                                                .build())
                                        .blockDeviceMappings(InstanceBlockDeviceMapping.builder()
                                                .deviceName("/dev/xvdb")
                                                .ebs(EbsInstanceBlockDevice.builder()
                                                        .volumeId("vol-0c2e4f6a8b1d3e5f7")
                                                        .build())
                                                .build())
                                        .build())
                                .build())
                        .build())
                .when(ec2)
                .describeInstances(any(DescribeInstancesRequest.class));
    }

    private static Throwable refusal(String code, int status) {
        return Ec2Exception.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("as EC2 puts it")
                        .build())
                .statusCode(status)
                .build();
    }
}
