package dev.prebake.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.AwsCallFailedException;
import dev.prebake.kernel.HandlerCall;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.HttpTokensState;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.Placement;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ec2.model.ShutdownBehavior;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.VolumeType;

@DisplayName("LaunchBuilder")
class LaunchBuilderHandlerTest {
    private static final String BASE = "snap-0b3d5f7a9c1e2d4f6";

    private final Ec2Client ec2 = mock(Ec2Client.class, CALLS_REAL_METHODS);
    private final LaunchBuilderHandler handler = new LaunchBuilderHandler(ec2);

    private static final Instance INSTANCE = Instance.builder()
            .instanceId("i-0a4c7d9e2f1b38560")
            .instanceType("c6in.4xlarge")
            .placement(Placement.builder().availabilityZone("eu-central-1a").build())
            .build();

    @BeforeEach
    void nothingLaunchedYet() {
        doReturn(DescribeInstancesResponse.builder().build())
                .when(ec2)
                .describeInstances(any(DescribeInstancesRequest.class));
    }

    @Test
    @DisplayName("launches the first instance type in the first subnet and answers the builder without a volume")
    void launches() {
        doReturn(launched()).when(ec2).runInstances(any(RunInstancesRequest.class));

        var answer = HandlerCall.call(handler, HandlerCall.event("LaunchBuilder"));

        assertThat(answer)
                .hasToString("{\"instanceId\":\"i-0a4c7d9e2f1b38560\",\"instanceType\":\"c6in.4xlarge\","
                        + "\"availabilityZone\":\"eu-central-1a\"}");
        RunInstancesRequest sent = sent(1).getFirst();
        assertThat(sent.instanceTypeAsString()).isEqualTo("c6in.4xlarge");
        assertThat(sent.subnetId()).isEqualTo("subnet-0a1b2c3d4e5f60718");
        assertThat(sent.minCount()).isEqualTo(1);
        assertThat(sent.maxCount()).isEqualTo(1);
        assertThat(sent.launchTemplate().launchTemplateId()).isEqualTo("lt-0d5f2b7c9e1a34f60");
        assertThat(sent.launchTemplate().version()).isEqualTo("$Default");
        assertThat(sent.imageId())
                .isEqualTo("resolve:ssm:/aws/service/eks/optimized-ami/1.36/amazon-linux-2023/x86_64/standard/"
                        + "recommended/image_id");
    }

    @Test
    @DisplayName("gives the builder an encrypted gp3 data volume of the plan's figures, which outlives it")
    void dataVolume() {
        doReturn(launched()).when(ec2).runInstances(any(RunInstancesRequest.class));

        HandlerCall.call(handler, HandlerCall.event("LaunchBuilder"));

        BlockDeviceMapping volume = sent(1).getFirst().blockDeviceMappings().getFirst();
        assertThat(volume.deviceName()).isEqualTo("/dev/xvdb");
        assertThat(volume.ebs().volumeType()).isEqualTo(VolumeType.GP3);
        assertThat(volume.ebs().volumeSize()).isEqualTo(40);
        assertThat(volume.ebs().iops()).isEqualTo(16000);
        assertThat(volume.ebs().throughput()).isEqualTo(1000);
        assertThat(volume.ebs().encrypted()).isTrue();
        assertThat(volume.ebs().deleteOnTermination()).isFalse();
        assertThat(volume.ebs().snapshotId()).isNull();
        assertThat(volume.ebs().kmsKeyId()).isNull();
    }

    @Test
    @DisplayName("encrypts the data volume with the plan's key")
    void key() {
        doReturn(launched()).when(ec2).runInstances(any(RunInstancesRequest.class));
        String key = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
        ObjectNode event = HandlerCall.event("LaunchBuilder");
        ((ObjectNode) event.at("/plan/volume")).put("kmsKeyArn", key);

        HandlerCall.call(handler, event);

        EbsBlockDevice volume =
                sent(1).getFirst().blockDeviceMappings().getFirst().ebs();
        assertThat(volume.encrypted()).isTrue();
        assertThat(volume.kmsKeyId()).isEqualTo(key);
    }

    @Test
    @DisplayName("makes the builder end itself after four hours, and keeps its credentials to itself")
    void endsItself() {
        doReturn(launched()).when(ec2).runInstances(any(RunInstancesRequest.class));

        HandlerCall.call(handler, HandlerCall.event("LaunchBuilder"));

        RunInstancesRequest sent = sent(1).getFirst();
        assertThat(sent.instanceInitiatedShutdownBehavior()).isEqualTo(ShutdownBehavior.TERMINATE);
        assertThat(new String(Base64.getDecoder().decode(sent.userData()), StandardCharsets.UTF_8))
                .isEqualTo("#!/bin/sh\nshutdown -h +240\n");
        assertThat(sent.metadataOptions().httpTokens()).isEqualTo(HttpTokensState.REQUIRED);
        assertThat(sent.metadataOptions().httpPutResponseHopLimit()).isEqualTo(1);
    }

    @Test
    @DisplayName("tags instance and volumes from the start with cache, execution, fingerprint and name")
    void tags() {
        doReturn(launched()).when(ec2).runInstances(any(RunInstancesRequest.class));

        HandlerCall.call(handler, HandlerCall.event("LaunchBuilder"));

        assertThat(sent(1).getFirst().tagSpecifications())
                .extracting(specification -> specification.resourceTypeAsString())
                .containsExactly("instance", "volume");
        assertThat(sent(1).getFirst().tagSpecifications())
                .allSatisfy(specification -> assertThat(
                                specification.tags().stream().collect(Collectors.toMap(Tag::key, Tag::value)))
                        .containsExactlyInAnyOrderEntriesOf(Map.of(
                                "Name", "prebake pytorch builder",
                                "prebake:cache", "pytorch",
                                "prebake:execution", "6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10",
                                "prebake:fingerprint",
                                        "5f0c2f0f3ad9a4bdf6f4a1b7d2f8f7f44d1f2f6ac2a4a6a3d5c0b9e8f7a6b5c4")));
    }

    @Test
    @DisplayName("makes the data volume from the plan's base, and says so in its answer and in the tags")
    void fromBase() {
        doReturn(launched()).when(ec2).runInstances(any(RunInstancesRequest.class));

        JsonNode answer = HandlerCall.call(handler, withBase());

        assertThat(answer.path("base").asText()).isEqualTo(BASE);
        RunInstancesRequest sent = sent(1).getFirst();
        EbsBlockDevice volume = sent.blockDeviceMappings().getFirst().ebs();
        assertThat(volume.snapshotId()).isEqualTo(BASE);
        assertThat(volume.volumeSize()).isEqualTo(40);
        assertThat(volume.iops()).isEqualTo(16000);
        assertThat(volume.throughput()).isEqualTo(1000);
        assertThat(volume.encrypted()).isTrue();
        assertThat(sent.tagSpecifications())
                .allSatisfy(specification -> assertThat(specification.tags())
                        .contains(Tag.builder().key("prebake:base").value(BASE).build()));
    }

    @Test
    @DisplayName(
            "begins with an empty data volume when the base has been deleted meanwhile, under another client token")
    void baseIsGone() {
        doThrow(refusal("InsufficientInstanceCapacity", "No capacity."))
                .doThrow(refusal("InvalidSnapshot.NotFound", "The snapshot '" + BASE + "' does not exist."))
                .doReturn(launched())
                .when(ec2)
                .runInstances(any(RunInstancesRequest.class));

        JsonNode answer = HandlerCall.call(handler, withBase());

        assertThat(answer.path("instanceId").asText()).isEqualTo("i-0a4c7d9e2f1b38560");
        assertThat(answer.has("base")).isFalse();
        List<RunInstancesRequest> sent = sent(3);
        assertThat(sent)
                .extracting(
                        RunInstancesRequest::subnetId,
                        request ->
                                request.blockDeviceMappings().getFirst().ebs().snapshotId())
                .containsExactly(
                        tuple("subnet-0a1b2c3d4e5f60718", BASE),
                        tuple("subnet-0f1e2d3c4b5a69788", BASE),
                        tuple("subnet-0a1b2c3d4e5f60718", null));
        assertThat(sent).extracting(RunInstancesRequest::clientToken).doesNotHaveDuplicates();
        assertThat(sent.getLast().tagSpecifications())
                .flatExtracting(specification -> specification.tags())
                .extracting(Tag::key)
                .doesNotContain("prebake:base");
    }

    @Test
    @DisplayName(
            "takes nothing else that isn't found for the base, nor a missing snapshot for one that it didn't ask for")
    void somethingElseIsGone() {
        doThrow(refusal("InvalidSubnetID.NotFound", "The subnet does not exist."))
                .doThrow(refusal("InvalidSnapshot.NotFound", "The AMI's snapshot does not exist."))
                .when(ec2)
                .runInstances(any(RunInstancesRequest.class));

        assertThatThrownBy(() -> HandlerCall.call(handler, withBase()))
                .isInstanceOf(AwsCallFailedException.class)
                .hasMessageContaining("InvalidSubnetID.NotFound");
        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("LaunchBuilder")))
                .isInstanceOf(AwsCallFailedException.class)
                .hasMessageContaining("InvalidSnapshot.NotFound");
        verify(ec2, times(2)).runInstances(any(RunInstancesRequest.class));
    }

    @Test
    @DisplayName("answers what an earlier try has made the data volume from, whatever the plan says")
    void launchedBeforeFromBase() {
        Instance fromBase = INSTANCE.toBuilder()
                .tags(Tag.builder().key("prebake:base").value(BASE).build())
                .build();
        for (Instance instance : List.of(fromBase, INSTANCE)) {
            doReturn(DescribeInstancesResponse.builder()
                            .reservations(
                                    Reservation.builder().instances(instance).build())
                            .build())
                    .when(ec2)
                    .describeInstances(any(DescribeInstancesRequest.class));

            assertThat(HandlerCall.call(handler, withBase()).has("base")).isEqualTo(instance.hasTags());
        }
        verify(ec2, never()).runInstances(any(RunInstancesRequest.class));
    }

    @Test
    @DisplayName("falls on to the next subnet, then to the next type, while EC2 has no capacity")
    void fallsOn() {
        doThrow(refusal("InsufficientInstanceCapacity", "We currently do not have sufficient capacity."))
                .doThrow(refusal("Unsupported", "Your requested instance type is not supported in this zone."))
                .doReturn(launched())
                .when(ec2)
                .runInstances(any(RunInstancesRequest.class));

        HandlerCall.call(handler, HandlerCall.event("LaunchBuilder"));

        assertThat(sent(3))
                .extracting(RunInstancesRequest::instanceTypeAsString, RunInstancesRequest::subnetId)
                .containsExactly(
                        tuple("c6in.4xlarge", "subnet-0a1b2c3d4e5f60718"),
                        tuple("c6in.4xlarge", "subnet-0f1e2d3c4b5a69788"),
                        tuple("c7i.4xlarge", "subnet-0a1b2c3d4e5f60718"));
    }

    @Test
    @DisplayName("sends the same client token for the same attempt of an execution, and another one for any other")
    void clientTokens() {
        doThrow(refusal("InsufficientInstanceCapacity", "No capacity."))
                .when(ec2)
                .runInstances(any(RunInstancesRequest.class));
        ObjectNode another = HandlerCall.event("LaunchBuilder").put("execution", "x".repeat(80));

        for (ObjectNode event :
                List.of(HandlerCall.event("LaunchBuilder"), HandlerCall.event("LaunchBuilder"), another)) {
            assertThatThrownBy(() -> HandlerCall.call(handler, event)).isInstanceOf(NoCapacityException.class);
        }

        List<String> tokens =
                sent(12).stream().map(RunInstancesRequest::clientToken).toList();
        assertThat(tokens.subList(0, 4)).isEqualTo(tokens.subList(4, 8)).doesNotHaveDuplicates();
        assertThat(tokens.subList(8, 12)).doesNotHaveDuplicates().doesNotContainAnyElementsOf(tokens.subList(0, 4));
        assertThat(tokens).allSatisfy(token -> assertThat(token).matches("[0-9a-f]{64}"));
    }

    @Test
    @DisplayName("fails with every attempt and EC2's word to it when there is no capacity at all")
    void noCapacity() {
        doThrow(refusal("InsufficientInstanceCapacity", "We currently do not have sufficient capacity."))
                .when(ec2)
                .runInstances(any(RunInstancesRequest.class));

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("LaunchBuilder")))
                .isInstanceOf(NoCapacityException.class)
                .hasMessageContaining("cache 'pytorch'")
                .hasMessageContaining("any of 4 attempts")
                .hasMessageContaining(
                        "c7i.4xlarge in subnet-0f1e2d3c4b5a69788: InsufficientInstanceCapacity: We currently"
                                + " do not have sufficient capacity.")
                .hasMessageContaining("instanceTypes");
    }

    @Test
    @DisplayName("tries no other type when EC2 refuses for another reason")
    void refused() {
        doThrow(refusal("VcpuLimitExceeded", "You have requested more vCPU capacity than your current limit."))
                .when(ec2)
                .runInstances(any(RunInstancesRequest.class));

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("LaunchBuilder")))
                .isInstanceOf(AwsCallFailedException.class)
                .hasMessageContaining("VcpuLimitExceeded");
        verify(ec2, times(1)).runInstances(any(RunInstancesRequest.class));
    }

    @Test
    @DisplayName("answers the builder that an earlier try of the execution has launched, and launches no other")
    void launchedBefore() {
        doReturn(DescribeInstancesResponse.builder()
                        .reservations(Reservation.builder().instances(INSTANCE).build())
                        .build())
                .when(ec2)
                .describeInstances(any(DescribeInstancesRequest.class));

        var answer = HandlerCall.call(handler, HandlerCall.event("LaunchBuilder"));

        assertThat(answer.path("instanceId").asText()).isEqualTo("i-0a4c7d9e2f1b38560");
        verify(ec2, never()).runInstances(any(RunInstancesRequest.class));
        var asked = ArgumentCaptor.forClass(DescribeInstancesRequest.class);
        verify(ec2).describeInstances(asked.capture());
        assertThat(asked.getValue().filters())
                .containsExactly(
                        Filter.builder()
                                .name("tag:prebake:execution")
                                .values("6f1c9a52-8f0e-4b7b-9a61-0d0f7f4a6d10")
                                .build(),
                        Filter.builder()
                                .name("instance-state-name")
                                .values("pending", "running")
                                .build());
    }

    private static ObjectNode withBase() {
        ObjectNode event = HandlerCall.event("LaunchBuilder");
        ((ObjectNode) event.path("plan"))
                .putObject("base")
                .put("snapshotId", BASE)
                .put("volumeSizeGiB", 40)
                .put("usedBytes", 20_911_259_648L)
                .put("execution", "an-earlier-execution")
                .put("startedAt", "2026-11-23T05:20:01Z");
        return event;
    }

    private List<RunInstancesRequest> sent(int calls) {
        var request = ArgumentCaptor.forClass(RunInstancesRequest.class);
        verify(ec2, times(calls)).runInstances(request.capture());
        return request.getAllValues();
    }

    private static RunInstancesResponse launched() {
        return RunInstancesResponse.builder().instances(INSTANCE).build();
    }

    private static Throwable refusal(String code, String message) {
        return Ec2Exception.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .statusCode(400)
                .requestId("d3b1c5a0-5c1f-4c7e-9c55-2a9c8c1d1f10")
                .build();
    }
}
