package dev.prebake.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.AwsCallFailedException;
import dev.prebake.kernel.HandlerCall;
import dev.prebake.kernel.TransientAwsException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateVersionRequest;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateVersionResponse;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesResponse;
import software.amazon.awssdk.services.ec2.model.LaunchTemplate;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateEbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateVersion;
import software.amazon.awssdk.services.ec2.model.ResponseLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eks.model.DescribeNodegroupRequest;
import software.amazon.awssdk.services.eks.model.DescribeNodegroupResponse;
import software.amazon.awssdk.services.eks.model.EksException;
import software.amazon.awssdk.services.eks.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.eks.model.Nodegroup;
import software.amazon.awssdk.services.eks.model.ResourceInUseException;
import software.amazon.awssdk.services.eks.model.ResourceNotFoundException;
import software.amazon.awssdk.services.eks.model.Update;
import software.amazon.awssdk.services.eks.model.UpdateNodegroupVersionRequest;
import software.amazon.awssdk.services.eks.model.UpdateNodegroupVersionResponse;

@DisplayName("RollOutNodes")
class RollOutNodesHandlerTest {
    private static final String SNAPSHOT = "snap-0b3d5f7a9c1e2d4f6";
    private static final String OLDER = "snap-0a2c4e6f8b1d3f5a7";

    private final EksClient eks = mock(EksClient.class, CALLS_REAL_METHODS);
    private final Ec2Client ec2 = mock(Ec2Client.class, CALLS_REAL_METHODS);
    private final RollOutNodesHandler handler = new RollOutNodesHandler(eks, ec2);
    private final Map<String, Nodegroup> nodeGroups = new HashMap<>();
    private final Map<String, List<LaunchTemplateBlockDeviceMapping>> versions = new HashMap<>();
    private final Set<String> untagged = new HashSet<>();

    @BeforeEach
    void answers() {
        doAnswer(call -> {
                    DescribeNodegroupRequest request = call.getArgument(0);
                    Nodegroup nodeGroup = nodeGroups.get(request.clusterName() + "/" + request.nodegroupName());
                    if (nodeGroup == null) {
                        throw error(ResourceNotFoundException.builder(), 404, "ResourceNotFoundException");
                    }
                    return DescribeNodegroupResponse.builder()
                            .nodegroup(nodeGroup)
                            .build();
                })
                .when(eks)
                .describeNodegroup(any(DescribeNodegroupRequest.class));
        doAnswer(call -> {
                    DescribeLaunchTemplateVersionsRequest request = call.getArgument(0);
                    String version = request.launchTemplateId() + ":"
                            + request.versions().getFirst();
                    return DescribeLaunchTemplateVersionsResponse.builder()
                            .launchTemplateVersions(LaunchTemplateVersion.builder()
                                    .launchTemplateData(ResponseLaunchTemplateData.builder()
                                            .blockDeviceMappings(versions.get(version))
                                            .build())
                                    .build())
                            .build();
                })
                .when(ec2)
                .describeLaunchTemplateVersions(any(DescribeLaunchTemplateVersionsRequest.class));
        doAnswer(call -> {
                    DescribeLaunchTemplatesRequest request = call.getArgument(0);
                    String id = request.launchTemplateIds().getFirst();
                    return DescribeLaunchTemplatesResponse.builder()
                            .launchTemplates(LaunchTemplate.builder()
                                    .tags(Tag.builder()
                                            .key(untagged.contains(id) ? "team" : "prebake:cache")
                                            .value("ml")
                                            .build())
                                    .build())
                            .build();
                })
                .when(ec2)
                .describeLaunchTemplates(any(DescribeLaunchTemplatesRequest.class));
        doReturn(CreateLaunchTemplateVersionResponse.builder()
                        .launchTemplateVersion(LaunchTemplateVersion.builder()
                                .versionNumber(8L)
                                .build())
                        .build())
                .when(ec2)
                .createLaunchTemplateVersion(any(CreateLaunchTemplateVersionRequest.class));
        doAnswer(call -> {
                    UpdateNodegroupVersionRequest request = call.getArgument(0);
                    return UpdateNodegroupVersionResponse.builder()
                            .update(Update.builder()
                                    .id("update-of-" + request.nodegroupName())
                                    .build())
                            .build();
                })
                .when(eks)
                .updateNodegroupVersion(any(UpdateNodegroupVersionRequest.class));
        nodeGroup("gpu-a", "ACTIVE", "lt-0a", "7", root(), data(OLDER));
        nodeGroup("gpu-b", "ACTIVE", "lt-0b", "2", root(), data(SNAPSHOT));
    }

    @Test
    @DisplayName(
            "makes a version with the snapshot and updates the node group to it; where it is there already it does nothing")
    void rollsOut() {
        assertThat(HandlerCall.call(handler, HandlerCall.event("RollOutNodes")))
                .hasToString("{\"updates\":[{\"nodeGroup\":\"ml/gpu-a\",\"updateId\":\"update-of-gpu-a\","
                        + "\"launchTemplateVersion\":\"8\"}],\"upToDate\":[\"ml/gpu-b\"]}");

        assertThat(created().launchTemplateId()).isEqualTo("lt-0a");
        assertThat(created().sourceVersion()).isEqualTo("7");
        assertThat(created().versionDescription()).isEqualTo("prebake " + SNAPSHOT);
        assertThat(updated().clusterName()).isEqualTo("ml");
        assertThat(updated().nodegroupName()).isEqualTo("gpu-a");
        assertThat(updated().launchTemplate())
                .isEqualTo(LaunchTemplateSpecification.builder()
                        .id("lt-0a")
                        .version("8")
                        .build());
        // Neither a Kubernetes version nor a release, which would update more than the snapshot, nor force.
        assertThat(updated().version()).isNull();
        assertThat(updated().releaseVersion()).isNull();
        assertThat(updated().force()).isNull();
    }

    @Test
    @DisplayName("copies every mapping whole, in its order, with nothing but the snapshot replaced")
    void copiesMappings() {
        HandlerCall.call(handler, HandlerCall.event("RollOutNodes"));

        var mappings = created().launchTemplateData().blockDeviceMappings();
        assertThat(mappings).hasSize(2);
        // What a request and an answer have in common has the same names and forms.
        assertThat(mappings.get(0).ebs()).hasToString(inRequest(root().ebs()));
        assertThat(mappings.get(0).deviceName()).isEqualTo("/dev/xvda");
        assertThat(mappings.get(1).ebs()).hasToString(inRequest(data(SNAPSHOT).ebs()));
        assertThat(mappings.get(1).deviceName()).isEqualTo("/dev/xvdb");
        assertThat(mappings.get(1).ebs().volumeInitializationRate()).isEqualTo(300);
    }

    @Test
    @DisplayName(
            "a size that the template gives grows to the snapshot's, as EC2 makes no smaller volume, and never shrinks")
    void volumeSize() {
        nodeGroup("gpu-a", "ACTIVE", "lt-0a", "7", sized(data(OLDER), 39));
        nodeGroup("gpu-b", "ACTIVE", "lt-0b", "2", sized(data(OLDER), 64));

        HandlerCall.call(handler, HandlerCall.event("RollOutNodes"));

        var created = ArgumentCaptor.forClass(CreateLaunchTemplateVersionRequest.class);
        verify(ec2, times(2)).createLaunchTemplateVersion(created.capture());
        assertThat(created.getAllValues())
                .extracting(request -> request.launchTemplateData()
                        .blockDeviceMappings()
                        .getFirst()
                        .ebs()
                        .volumeSize())
                .containsExactly(40, 64);
    }

    @Test
    @DisplayName("a mapping that is no EBS volume is copied as it is")
    void otherMappings() {
        nodeGroup(
                "gpu-a",
                "ACTIVE",
                "lt-0a",
                "7",
                LaunchTemplateBlockDeviceMapping.builder()
                        .deviceName("/dev/sdc")
                        .virtualName("ephemeral0")
                        .build(),
                LaunchTemplateBlockDeviceMapping.builder()
                        .deviceName("/dev/sdd")
                        .noDevice("")
                        .build(),
                data(OLDER));

        HandlerCall.call(handler, HandlerCall.event("RollOutNodes"));

        var mappings = created().launchTemplateData().blockDeviceMappings();
        assertThat(mappings.get(0).virtualName()).isEqualTo("ephemeral0");
        assertThat(mappings.get(0).ebs()).isNull();
        assertThat(mappings.get(1).noDevice()).isEmpty();
    }

    @Test
    @DisplayName("repeats its calls with the same tokens for the same execution, so that AWS repeats nothing")
    void tokens() {
        ObjectNode another = HandlerCall.event("RollOutNodes").put("execution", "another");
        HandlerCall.call(handler, HandlerCall.event("RollOutNodes"));
        HandlerCall.call(handler, HandlerCall.event("RollOutNodes"));
        HandlerCall.call(handler, another);

        var created = ArgumentCaptor.forClass(CreateLaunchTemplateVersionRequest.class);
        verify(ec2, times(3)).createLaunchTemplateVersion(created.capture());
        var updated = ArgumentCaptor.forClass(UpdateNodegroupVersionRequest.class);
        verify(eks, times(3)).updateNodegroupVersion(updated.capture());
        assertThat(created.getAllValues().get(1))
                .isEqualTo(created.getAllValues().get(0));
        assertThat(updated.getAllValues().get(1))
                .isEqualTo(updated.getAllValues().get(0));
        assertThat(created.getAllValues().get(2).clientToken())
                .hasSize(64)
                .isNotEqualTo(created.getAllValues().get(0).clientToken());
        assertThat(updated.getAllValues().get(2).clientRequestToken())
                .hasSize(64)
                .isNotEqualTo(updated.getAllValues().get(0).clientRequestToken());
    }

    @Test
    @DisplayName("gets its own update's ID again when EKS shows its version already while it updates")
    void ownUpdate() {
        HandlerCall.call(handler, HandlerCall.event("RollOutNodes"));
        String token = updated().clientRequestToken();
        nodeGroup("gpu-a", "UPDATING", "lt-0a", "8", data(SNAPSHOT));

        assertThat(HandlerCall.call(handler, HandlerCall.event("RollOutNodes"))
                        .at("/updates/0/updateId")
                        .asText())
                .isEqualTo("update-of-gpu-a");

        verify(ec2).createLaunchTemplateVersion(any(CreateLaunchTemplateVersionRequest.class));
        var updated = ArgumentCaptor.forClass(UpdateNodegroupVersionRequest.class);
        verify(eks, times(2)).updateNodegroupVersion(updated.capture());
        assertThat(updated.getValue().clientRequestToken()).isEqualTo(token);
    }

    @Test
    @DisplayName("touches none when one can't take the snapshot, and names each that can't with why")
    void unfit() {
        nodeGroups.put(
                "ml/plain",
                Nodegroup.builder().nodegroupName("plain").status("ACTIVE").build());
        nodeGroup("small", "ACTIVE", "lt-0c", "1", root());
        nodeGroup("others", "ACTIVE", "lt-0d", "1", root(), data(OLDER));
        untagged.add("lt-0d");
        ObjectNode event = HandlerCall.event("RollOutNodes");
        event.putArray("nodeGroups")
                .add("ml/gpu-a")
                .add("ml/plain")
                .add("ml/small")
                .add("ml/gone")
                .add("ml/others");

        assertThatThrownBy(() -> HandlerCall.call(handler, event))
                .isInstanceOf(NodeGroupUnfitException.class)
                .hasMessage("Rolling " + SNAPSHOT
                        + " out to node groups failed: node group ml/plain has no launch template of its own; launch"
                        + " template lt-0c, version 1, of node group ml/small has no EBS volume at /dev/xvdb; EKS has no"
                        + " node group ml/gone; launch template lt-0d of node group ml/others has no tag prebake:cache,"
                        + " without which it is nobody's to change. The snapshot is published; no node was renewed. A node"
                        + " group takes it through a launch template of its own with an EBS volume at /dev/xvdb and the tag"
                        + " prebake:cache (of any value; aws ec2 create-tags), as PrebakeGpuCluster makes it. Give the node"
                        + " group that, or take it out of nodeGroups.");
        verify(ec2, never()).createLaunchTemplateVersion(any(CreateLaunchTemplateVersionRequest.class));
        verify(eks, never()).updateNodegroupVersion(any(UpdateNodegroupVersionRequest.class));
    }

    @Test
    @DisplayName("needs no tag of a launch template that has the snapshot already")
    void untaggedButUpToDate() {
        untagged.add("lt-0b");

        assertThat(HandlerCall.call(handler, HandlerCall.event("RollOutNodes"))
                        .at("/upToDate/0")
                        .asText())
                .isEqualTo("ml/gpu-b");
    }

    @Test
    @DisplayName("is to be tried again while EKS is at another update of the node group")
    void busy() {
        doThrow(error(ResourceInUseException.builder(), 409, "ResourceInUseException"))
                .when(eks)
                .updateNodegroupVersion(any(UpdateNodegroupVersionRequest.class));

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("RollOutNodes")))
                .isInstanceOf(NodeGroupBusyException.class)
                .hasMessageContaining(
                        "node group ml/gpu-a failed: AWS answered Eks with ResourceInUseException: EKS's words");
    }

    @Test
    @DisplayName("leaves every other error to its class: throttling is tried again, a missing permission is not")
    void otherErrors() {
        doThrow(error(EksException.builder(), 429, "ThrottlingException"))
                .doThrow(error(EksException.builder(), 403, "AccessDeniedException"))
                .when(eks)
                .describeNodegroup(any(DescribeNodegroupRequest.class));

        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("RollOutNodes")))
                .isInstanceOf(TransientAwsException.class);
        assertThatThrownBy(() -> HandlerCall.call(handler, HandlerCall.event("RollOutNodes")))
                .isInstanceOf(AwsCallFailedException.class);
    }

    private CreateLaunchTemplateVersionRequest created() {
        var request = ArgumentCaptor.forClass(CreateLaunchTemplateVersionRequest.class);
        verify(ec2).createLaunchTemplateVersion(request.capture());
        return request.getValue();
    }

    private UpdateNodegroupVersionRequest updated() {
        var request = ArgumentCaptor.forClass(UpdateNodegroupVersionRequest.class);
        verify(eks).updateNodegroupVersion(request.capture());
        return request.getValue();
    }

    private void nodeGroup(
            String name, String status, String template, String version, LaunchTemplateBlockDeviceMapping... mappings) {
        nodeGroups.put(
                "ml/" + name,
                Nodegroup.builder()
                        .nodegroupName(name)
                        .status(status)
                        .launchTemplate(LaunchTemplateSpecification.builder()
                                .id(template)
                                .version(version)
                                .build())
                        .build());
        versions.put(template + ":" + version, List.of(mappings));
    }

    private static LaunchTemplateBlockDeviceMapping root() {
        return LaunchTemplateBlockDeviceMapping.builder()
                .deviceName("/dev/xvda")
                .ebs(LaunchTemplateEbsBlockDevice.builder()
                        .volumeType("io2")
                        .volumeSize(20)
                        .iops(500)
                        .encrypted(true)
                        .kmsKeyId("alias/nodes")
                        .deleteOnTermination(false)
                        .build())
                .build();
    }

    private static LaunchTemplateBlockDeviceMapping data(String snapshotId) {
        return LaunchTemplateBlockDeviceMapping.builder()
                .deviceName("/dev/xvdb")
                .ebs(LaunchTemplateEbsBlockDevice.builder()
                        .snapshotId(snapshotId)
                        .volumeType("gp3")
                        .iops(16000)
                        .throughput(1000)
                        .volumeInitializationRate(300)
                        .encrypted(true)
                        .deleteOnTermination(true)
                        .build())
                .build();
    }

    private static LaunchTemplateBlockDeviceMapping sized(LaunchTemplateBlockDeviceMapping mapping, int sizeGiB) {
        return mapping.toBuilder()
                .ebs(mapping.ebs().toBuilder().volumeSize(sizeGiB).build())
                .build();
    }

    private static String inRequest(LaunchTemplateEbsBlockDevice ebs) {
        return ebs.toString().replace("LaunchTemplateEbsBlockDevice(", "LaunchTemplateEbsBlockDeviceRequest(");
    }

    private static EksException error(EksException.Builder builder, int status, String code) {
        return (EksException) builder.statusCode(status)
                .requestId("req-1")
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("EKS's words")
                        .serviceName("Eks")
                        .build())
                .build();
    }
}
