package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMappingRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateEbsBlockDeviceRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateVersion;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.eks.model.CreateClusterRequest;
import software.amazon.awssdk.services.eks.model.CreateNodegroupRequest;
import software.amazon.awssdk.services.eks.model.DescribeNodegroupRequest;
import software.amazon.awssdk.services.eks.model.DescribeUpdateRequest;
import software.amazon.awssdk.services.eks.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.eks.model.ListUpdatesRequest;
import software.amazon.awssdk.services.eks.model.Nodegroup;
import software.amazon.awssdk.services.eks.model.NodegroupStatus;
import software.amazon.awssdk.services.eks.model.UpdateNodegroupVersionRequest;
import software.amazon.awssdk.services.eks.model.UpdateStatus;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

@DisplayName("The roll-out in the whole lab")
@SuppressWarnings("NullAway.Init")
class RollOutTest {
    private static final String PARAMETER = "/prebake/default/snapshot-id";
    private static final Tag TAG =
            Tag.builder().key("prebake:cache").value("default").build();

    @TempDir
    private Path folder;

    private Images images;
    private Session aws;

    @BeforeEach
    void open() throws IOException {
        images = new Images(folder.resolve("images"));
        aws = new Session(folder.resolve("home"));
        aws.lab.eks().createCluster(CreateClusterRequest.builder().name("ml").build());
    }

    @AfterEach
    void close() {
        aws.close();
        images.close();
    }

    @Test
    @DisplayName("A run bakes, publishes and renews the nodes from a template version with the snapshot; the next finds"
            + " them up to date, and one with other images renews them again")
    void rollsOut() throws Exception {
        String template = nodeGroup("gpu", List.of(TAG), disk("/dev/xvda", 20), disk("/dev/xvdb", 1));

        DescribeExecutionResponse first = rollOut("first", images.reference(), "ml/gpu");

        assertThat(first.status()).as(first.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(aws.states())
                .containsSubsequence(
                        "PublishSnapshot",
                        "RollOutNodes",
                        "AwaitRollOut",
                        "WaitForRollOut",
                        "AwaitRollOut",
                        "RetireSnapshots",
                        "Done");
        String snapshotId = aws.parameter(PARAMETER);
        assertThat(group("gpu").launchTemplate())
                .isEqualTo(LaunchTemplateSpecification.builder()
                        .id(template)
                        .name("gpu")
                        .version("2")
                        .build());
        LaunchTemplateVersion version = version(template, "2");
        assertThat(version.launchTemplateData().userData()).isEqualTo("bW91bnQ=");
        LaunchTemplateBlockDeviceMapping root =
                version.launchTemplateData().blockDeviceMappings().get(0);
        assertThat(root.ebs().volumeSize()).isEqualTo(20);
        assertThat(root.ebs().snapshotId()).isNull();
        LaunchTemplateBlockDeviceMapping data =
                version.launchTemplateData().blockDeviceMappings().get(1);
        assertThat(data.ebs().snapshotId()).isEqualTo(snapshotId);
        assertThat(data.ebs().volumeSize()).isEqualTo(snapshotSizeGiB(snapshotId));
        assertThat(version.defaultVersion()).isFalse();
        JsonNode update = Session.json(first.output()).at("/rolledOut/updates/0");
        assertThat(update.path("launchTemplateVersion").asText()).isEqualTo("2");
        assertThat(aws.lab
                        .eks()
                        .describeUpdate(DescribeUpdateRequest.builder()
                                .name("ml")
                                .nodegroupName("gpu")
                                .updateId(update.path("updateId").asText())
                                .build())
                        .update()
                        .status())
                .isEqualTo(UpdateStatus.SUCCESSFUL);

        DescribeExecutionResponse second = rollOut("second", images.reference(), "ml/gpu");

        assertThat(second.status()).as(second.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(Session.json(second.output()).at("/rolledOut/upToDate/0").asText())
                .isEqualTo("ml/gpu");
        assertThat(updates("gpu")).hasSize(1);

        String reference = images.registry.reference(images.addVersion2());
        DescribeExecutionResponse third = rollOut("third", reference, "ml/gpu");

        assertThat(third.status()).as(third.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(group("gpu").launchTemplate().version()).isEqualTo("3");
        assertThat(version(template, "3")
                        .launchTemplateData()
                        .blockDeviceMappings()
                        .get(1)
                        .ebs()
                        .snapshotId())
                .isEqualTo(aws.parameter(PARAMETER))
                .isNotEqualTo(snapshotId);
    }

    @Test
    @DisplayName(
            "A node group that somebody else updates is waited for, in lab time, and gets one version all the same")
    void busy() throws Exception {
        String template = nodeGroup("gpu", List.of(TAG), disk("/dev/xvdb", 10));
        aws.whenEntered.put("RollOutNodes", () -> update("gpu", template, "1"));

        DescribeExecutionResponse execution = rollOut("first", images.reference(), "ml/gpu");

        assertThat(execution.status()).as(execution.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(aws.taskErrors()).hasSizeGreaterThan(1).containsOnly("dev.prebake.rollout.NodeGroupBusyException");
        assertThat(updates("gpu")).hasSize(2);
        assertThat(group("gpu").launchTemplate().version()).isEqualTo("2");
        assertThat(versions(template)).hasSize(2);
    }

    @Test
    @DisplayName(
            "An update that EKS ends as failed ends the run with EKS's reason; what is published stays, fast restores too,"
                    + " nothing is retired, and other node groups are renewed")
    void failed() throws Exception {
        String template = nodeGroup(
                "gpu",
                List.of(TAG),
                disk("/dev/xvdb", 10),
                LaunchTemplateBlockDeviceMappingRequest.builder()
                        .deviceName("/dev/sdf")
                        .ebs(LaunchTemplateEbsBlockDeviceRequest.builder()
                                .snapshotId("snap-0dddddddddddddddd")
                                .build())
                        .build());
        nodeGroup("fit", List.of(TAG), disk("/dev/xvdb", 10));

        DescribeExecutionResponse execution = rollOut("first", images.reference(), "ml/gpu", "ml/fit");

        assertThat(execution.status()).isEqualTo(ExecutionStatus.FAILED);
        assertThat(execution.error()).isEqualTo("dev.prebake.rollout.RollOutFailedException");
        assertThat(execution.cause())
                .contains("node group ml/gpu", "is Failed", "NodeCreationFailure")
                .doesNotContain("ml/fit");
        assertThat(aws.states()).contains("CleanUp").doesNotContain("RetireSnapshots");
        assertThat(group("gpu").status()).isEqualTo(NodegroupStatus.ACTIVE);
        assertThat(group("gpu").launchTemplate().version()).isEqualTo("1");
        assertThat(group("fit").launchTemplate().version()).isEqualTo("2");
        assertThat(versions(template)).hasSize(2);
        String snapshotId = aws.parameter(PARAMETER);
        assertThat(snapshotSizeGiB(snapshotId)).isPositive();
        assertThat(aws.lab
                        .ec2()
                        .describeFastSnapshotRestores(DescribeFastSnapshotRestoresRequest.builder()
                                .filters(Doubles.filter("snapshot-id", snapshotId))
                                .build())
                        .fastSnapshotRestores())
                .extracting(restore -> restore.state())
                .containsExactly(FastSnapshotRestoreStateCode.ENABLED);
    }

    @Test
    @DisplayName(
            "A launch template whose owner hasn't tagged it is left alone, and taken once it is tagged as the error says")
    void untagged() throws Exception {
        String template = nodeGroup("gpu", List.of(), disk("/dev/xvdb", 10));

        DescribeExecutionResponse refused = rollOut("first", images.reference(), "ml/gpu");

        assertThat(refused.error()).isEqualTo("dev.prebake.rollout.NodeGroupUnfitException");
        assertThat(refused.cause()).contains(template, "has no tag prebake:cache", "aws ec2 create-tags");
        assertThat(versions(template)).hasSize(1);

        aws.lab
                .ec2()
                .createTags(CreateTagsRequest.builder()
                        .resources(template)
                        .tags(TAG)
                        .build());
        DescribeExecutionResponse execution = rollOut("second", images.reference(), "ml/gpu");

        assertThat(execution.status()).as(execution.cause()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(group("gpu").launchTemplate().version()).isEqualTo("2");
    }

    private DescribeExecutionResponse rollOut(String name, String reference, String... nodeGroups)
            throws InterruptedException {
        String names = String.join("\", \"", nodeGroups);
        return aws.await(aws.start(name, "{\"images\": [\"" + reference + "\"], \"nodeGroups\": [\"" + names + "\"]}"));
    }

    /** Makes a node group with a launch template of its name, and returns the template's ID. */
    private String nodeGroup(String name, List<Tag> tags, LaunchTemplateBlockDeviceMappingRequest... disks) {
        String template = aws.lab
                .ec2()
                .createLaunchTemplate(CreateLaunchTemplateRequest.builder()
                        .launchTemplateName(name)
                        .tagSpecifications(TagSpecification.builder()
                                .resourceType(ResourceType.LAUNCH_TEMPLATE)
                                .tags(tags)
                                .build())
                        .launchTemplateData(RequestLaunchTemplateData.builder()
                                .userData("bW91bnQ=")
                                .blockDeviceMappings(disks)
                                .build())
                        .build())
                .launchTemplate()
                .launchTemplateId();
        aws.lab
                .eks()
                .createNodegroup(CreateNodegroupRequest.builder()
                        .clusterName("ml")
                        .nodegroupName(name)
                        .launchTemplate(LaunchTemplateSpecification.builder()
                                .id(template)
                                .build())
                        .build());
        return template;
    }

    private static LaunchTemplateBlockDeviceMappingRequest disk(String device, int sizeGiB) {
        return LaunchTemplateBlockDeviceMappingRequest.builder()
                .deviceName(device)
                .ebs(LaunchTemplateEbsBlockDeviceRequest.builder()
                        .volumeSize(sizeGiB)
                        .build())
                .build();
    }

    private void update(String name, String template, String version) {
        aws.lab
                .eks()
                .updateNodegroupVersion(UpdateNodegroupVersionRequest.builder()
                        .clusterName("ml")
                        .nodegroupName(name)
                        .launchTemplate(LaunchTemplateSpecification.builder()
                                .id(template)
                                .version(version)
                                .build())
                        .build());
    }

    private Nodegroup group(String name) {
        return aws.lab
                .eks()
                .describeNodegroup(DescribeNodegroupRequest.builder()
                        .clusterName("ml")
                        .nodegroupName(name)
                        .build())
                .nodegroup();
    }

    private List<String> updates(String name) {
        return aws.lab
                .eks()
                .listUpdates(ListUpdatesRequest.builder()
                        .name("ml")
                        .nodegroupName(name)
                        .build())
                .updateIds();
    }

    private LaunchTemplateVersion version(String template, String version) {
        return versions(template, version).getFirst();
    }

    private List<LaunchTemplateVersion> versions(String template, String... versions) {
        return aws.lab
                .ec2()
                .describeLaunchTemplateVersions(DescribeLaunchTemplateVersionsRequest.builder()
                        .launchTemplateId(template)
                        .versions(versions)
                        .build())
                .launchTemplateVersions();
    }

    private int snapshotSizeGiB(String snapshotId) {
        return aws.lab
                .ec2()
                .describeSnapshots(DescribeSnapshotsRequest.builder()
                        .snapshotIds(snapshotId)
                        .build())
                .snapshots()
                .getFirst()
                .volumeSize();
    }
}
