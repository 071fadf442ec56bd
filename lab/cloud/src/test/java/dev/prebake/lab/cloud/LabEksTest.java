package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateVersionRequest;
import software.amazon.awssdk.services.ec2.model.DeleteLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMappingRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateEbsBlockDeviceRequest;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.eks.model.ClusterStatus;
import software.amazon.awssdk.services.eks.model.CreateClusterRequest;
import software.amazon.awssdk.services.eks.model.CreateNodegroupRequest;
import software.amazon.awssdk.services.eks.model.DeleteClusterRequest;
import software.amazon.awssdk.services.eks.model.DeleteNodegroupRequest;
import software.amazon.awssdk.services.eks.model.DescribeClusterRequest;
import software.amazon.awssdk.services.eks.model.DescribeNodegroupRequest;
import software.amazon.awssdk.services.eks.model.DescribeUpdateRequest;
import software.amazon.awssdk.services.eks.model.EksException;
import software.amazon.awssdk.services.eks.model.ErrorCode;
import software.amazon.awssdk.services.eks.model.ErrorDetail;
import software.amazon.awssdk.services.eks.model.InvalidRequestException;
import software.amazon.awssdk.services.eks.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.eks.model.ListClustersRequest;
import software.amazon.awssdk.services.eks.model.ListNodegroupsRequest;
import software.amazon.awssdk.services.eks.model.ListUpdatesRequest;
import software.amazon.awssdk.services.eks.model.Nodegroup;
import software.amazon.awssdk.services.eks.model.NodegroupScalingConfig;
import software.amazon.awssdk.services.eks.model.NodegroupStatus;
import software.amazon.awssdk.services.eks.model.NodegroupUpdateConfig;
import software.amazon.awssdk.services.eks.model.ResourceInUseException;
import software.amazon.awssdk.services.eks.model.ResourceNotFoundException;
import software.amazon.awssdk.services.eks.model.Update;
import software.amazon.awssdk.services.eks.model.UpdateNodegroupVersionRequest;
import software.amazon.awssdk.services.eks.model.UpdateParam;
import software.amazon.awssdk.services.eks.model.UpdateParamType;
import software.amazon.awssdk.services.eks.model.UpdateStatus;

@DisplayName("The lab's EKS")
@SuppressWarnings("NullAway.Init")
class LabEksTest extends OnDoubles {
    private static final String BUSY = "Nodegroup cannot be updated as it is currently not in Active State";

    private String template;

    @BeforeEach
    void cluster() {
        aws.eks.createCluster(CreateClusterRequest.builder().name("ml").build());
        template = template("nodes");
        version("nodes", null);
    }

    @Test
    @DisplayName("has clusters and node groups, active at once, with the number of their template's version")
    void creates() {
        aws.eks.createNodegroup(
                group("gpu").launchTemplate(byId(template, null)).build());
        aws.eks.createNodegroup(group("named")
                .launchTemplate(LaunchTemplateSpecification.builder()
                        .name("nodes")
                        .version("$Latest")
                        .build())
                .build());
        aws.eks.createNodegroup(group("plain").build());

        assertThat(aws.eks
                        .describeCluster(
                                DescribeClusterRequest.builder().name("ml").build())
                        .cluster()
                        .status())
                .isEqualTo(ClusterStatus.ACTIVE);
        assertThat(aws.eks.listClusters(ListClustersRequest.builder().build()).clusters())
                .containsExactly("ml");
        assertThat(aws.eks
                        .listNodegroups(ListNodegroupsRequest.builder()
                                .clusterName("ml")
                                .build())
                        .nodegroups())
                .containsExactly("gpu", "named", "plain");
        assertThat(describe("gpu").status()).isEqualTo(NodegroupStatus.ACTIVE);
        assertThat(describe("gpu").nodegroupArn()).matches("arn:aws:eks:us-east-1:123456789012:nodegroup/ml/gpu/.{36}");
        assertThat(describe("gpu").launchTemplate()).isEqualTo(specification("1"));
        assertThat(describe("named").launchTemplate()).isEqualTo(specification("2"));
        assertThat(describe("plain").launchTemplate()).isNull();
    }

    @Test
    @DisplayName(
            "renews nodes in turns of as many as may be unavailable, in lab time, and the version counts when it is done")
    void updates() throws InterruptedException {
        aws.eks.createNodegroup(group("gpu")
                .launchTemplate(byId(template, "1"))
                .scalingConfig(NodegroupScalingConfig.builder().desiredSize(5).build())
                .updateConfig(NodegroupUpdateConfig.builder().maxUnavailable(2).build())
                .build());

        Update begun = update("gpu", byId(template, "2"), null);

        assertThat(begun.status()).isEqualTo(UpdateStatus.IN_PROGRESS);
        assertThat(begun.createdAt()).isEqualTo(Doubles.START);
        assertThat(begun.params())
                .containsExactly(
                        UpdateParam.builder()
                                .type(UpdateParamType.LAUNCH_TEMPLATE_NAME)
                                .value("nodes")
                                .build(),
                        UpdateParam.builder()
                                .type(UpdateParamType.LAUNCH_TEMPLATE_VERSION)
                                .value("2")
                                .build());
        assertThat(describe("gpu").status()).isEqualTo(NodegroupStatus.UPDATING);
        aws.clock.sleep(Duration.ofMinutes(15).minusMillis(1));
        assertThat(describe("gpu").launchTemplate()).isEqualTo(specification("1"));
        assertThat(lookAt("gpu", begun).status()).isEqualTo(UpdateStatus.IN_PROGRESS);
        aws.clock.sleep(Duration.ofMillis(1));
        assertThat(lookAt("gpu", begun).status()).isEqualTo(UpdateStatus.SUCCESSFUL);
        assertThat(describe("gpu").status()).isEqualTo(NodegroupStatus.ACTIVE);
        assertThat(describe("gpu").launchTemplate()).isEqualTo(specification("2"));
    }

    @Test
    @DisplayName("counts a share of the nodes that may be unavailable as one at least, and a group of none as one")
    void turns() throws InterruptedException {
        aws.eks.createNodegroup(group("share")
                .scalingConfig(NodegroupScalingConfig.builder().desiredSize(2).build())
                .updateConfig(NodegroupUpdateConfig.builder()
                        .maxUnavailablePercentage(10)
                        .build())
                .build());
        aws.eks.createNodegroup(group("none")
                .scalingConfig(NodegroupScalingConfig.builder().desiredSize(0).build())
                .build());
        Update share = update("share", null, null);
        Update none = update("none", null, null);

        aws.clock.sleep(Duration.ofMinutes(5));

        assertThat(lookAt("none", none).status()).isEqualTo(UpdateStatus.SUCCESSFUL);
        assertThat(lookAt("share", share).status()).isEqualTo(UpdateStatus.IN_PROGRESS);
        aws.clock.sleep(Duration.ofMinutes(5));
        assertThat(lookAt("share", share).status()).isEqualTo(UpdateStatus.SUCCESSFUL);
    }

    @Test
    @DisplayName("fails an update whose nodes EC2 wouldn't launch, and the group keeps its version")
    void fails() throws InterruptedException {
        aws.eks.createNodegroup(group("gpu").launchTemplate(byId(template, "1")).build());
        version("nodes", "snap-0dddddddddddddddd");
        Update begun = update("gpu", byId(template, "3"), null);

        aws.clock.sleep(Duration.ofMinutes(15));

        Update failed = lookAt("gpu", begun);
        assertThat(failed.status()).isEqualTo(UpdateStatus.FAILED);
        assertThat(failed.errors())
                .containsExactly(ErrorDetail.builder()
                        .errorCode(ErrorCode.NODE_CREATION_FAILURE)
                        .errorMessage(
                                "Couldn't proceed with upgrade process as new nodes are not joining node group gpu")
                        .build());
        assertThat(describe("gpu").launchTemplate()).isEqualTo(specification("1"));
        assertThat(describe("gpu").status()).isEqualTo(NodegroupStatus.ACTIVE);

        aws.ec2.deleteLaunchTemplate(
                DeleteLaunchTemplateRequest.builder().launchTemplateId(template).build());
        Update without = update("gpu", null, null);
        aws.clock.sleep(Duration.ofMinutes(15));
        assertThat(lookAt("gpu", without).status()).isEqualTo(UpdateStatus.FAILED);
    }

    @Test
    @DisplayName("does one update of a node group at a time; one repeated with its token is the same one, whenever")
    void oneAtATime() throws InterruptedException {
        aws.eks.createNodegroup(group("gpu").launchTemplate(byId(template, "1")).build());
        Update begun = update("gpu", byId(template, "2"), "t-1");

        assertThat(update("gpu", byId(template, "2"), "t-1").id()).isEqualTo(begun.id());
        assertRefused(ResourceInUseException.class, 409, BUSY, () -> update("gpu", byId(template, "2"), "t-2"));
        assertRefused(ResourceInUseException.class, 409, BUSY, () -> update("gpu", byId(template, "2"), null));
        assertRefused(ResourceInUseException.class, 409, "cannot be deleted", () -> delete("gpu"));

        aws.clock.sleep(Duration.ofMinutes(10));
        assertThat(update("gpu", byId(template, "2"), "t-1").status()).isEqualTo(UpdateStatus.SUCCESSFUL);
        Update next = update("gpu", byId(template, "1"), "t-2");
        assertThat(aws.eks
                        .listUpdates(ListUpdatesRequest.builder()
                                .name("ml")
                                .nodegroupName("gpu")
                                .build())
                        .updateIds())
                .containsExactly(next.id(), begun.id());
        assertThat(aws.eks
                        .listUpdates(ListUpdatesRequest.builder().name("ml").build())
                        .updateIds())
                .isEmpty();
    }

    @Test
    @DisplayName("updates a node group from the template that it was made with alone")
    void templates() {
        aws.eks.createNodegroup(group("gpu").launchTemplate(byId(template, "1")).build());
        aws.eks.createNodegroup(group("plain").build());
        String other = template("others");

        assertRefused(InvalidRequestException.class, 400, template, () -> update("gpu", byId(other, "1"), null));
        assertRefused(
                InvalidRequestException.class,
                400,
                "without a launch template",
                () -> update("plain", byId(template, "1"), null));
        assertRefused(InvalidRequestException.class, 400, "version 9", () -> update("gpu", byId(template, "9"), null));
        assertRefused(
                InvalidRequestException.class,
                400,
                "does not exist",
                () -> aws.eks.createNodegroup(group("late")
                        .launchTemplate(byId("lt-0123456789abcdef0", null))
                        .build()));
    }

    @Test
    @DisplayName("answers for what isn't there, or is there already, with its exception and HTTP status")
    void refusals() {
        aws.eks.createNodegroup(group("gpu").build());
        assertRefused(
                ResourceNotFoundException.class, 404, "No node group found for name: none.", () -> describe("none"));
        assertRefused(
                ResourceNotFoundException.class,
                404,
                "No cluster found for name: none.",
                () -> aws.eks.describeNodegroup(DescribeNodegroupRequest.builder()
                        .clusterName("none")
                        .nodegroupName("gpu")
                        .build()));
        assertRefused(
                ResourceNotFoundException.class,
                404,
                "No update found for ID: u-1",
                () -> lookAt("gpu", Update.builder().id("u-1").build()));
        assertRefused(
                ResourceInUseException.class,
                409,
                "NodeGroup already exists with name gpu and cluster name ml",
                () -> aws.eks.createNodegroup(group("gpu").build()));
        assertRefused(
                ResourceInUseException.class,
                409,
                "Cluster already exists with name: ml",
                () -> aws.eks.createCluster(
                        CreateClusterRequest.builder().name("ml").build()));
        var deletion = DeleteClusterRequest.builder().name("ml").build();
        assertRefused(
                ResourceInUseException.class,
                409,
                "Cluster has nodegroups attached",
                () -> aws.eks.deleteCluster(deletion));
        delete("gpu");
        assertThat(aws.eks.deleteCluster(deletion).cluster().status()).isEqualTo(ClusterStatus.DELETING);
        assertThat(aws.eks.listClusters(ListClustersRequest.builder().build()).clusters())
                .isEmpty();
    }

    private static CreateNodegroupRequest.Builder group(String name) {
        return CreateNodegroupRequest.builder().clusterName("ml").nodegroupName(name);
    }

    private static LaunchTemplateSpecification byId(String id, @Nullable String version) {
        return LaunchTemplateSpecification.builder().id(id).version(version).build();
    }

    private LaunchTemplateSpecification specification(String version) {
        return byId(template, version).toBuilder().name("nodes").build();
    }

    private String template(String name) {
        return aws.ec2
                .createLaunchTemplate(CreateLaunchTemplateRequest.builder()
                        .launchTemplateName(name)
                        .launchTemplateData(RequestLaunchTemplateData.builder().build())
                        .build())
                .launchTemplate()
                .launchTemplateId();
    }

    private void version(String name, @Nullable String snapshotId) {
        aws.ec2.createLaunchTemplateVersion(CreateLaunchTemplateVersionRequest.builder()
                .launchTemplateName(name)
                .launchTemplateData(RequestLaunchTemplateData.builder()
                        .blockDeviceMappings(LaunchTemplateBlockDeviceMappingRequest.builder()
                                .deviceName("/dev/xvdb")
                                .ebs(LaunchTemplateEbsBlockDeviceRequest.builder()
                                        .snapshotId(snapshotId)
                                        .build())
                                .build())
                        .build())
                .build());
    }

    private Nodegroup describe(String name) {
        return aws.eks
                .describeNodegroup(DescribeNodegroupRequest.builder()
                        .clusterName("ml")
                        .nodegroupName(name)
                        .build())
                .nodegroup();
    }

    private Update update(String name, @Nullable LaunchTemplateSpecification specification, @Nullable String token) {
        return aws.eks
                .updateNodegroupVersion(UpdateNodegroupVersionRequest.builder()
                        .clusterName("ml")
                        .nodegroupName(name)
                        .launchTemplate(specification)
                        .clientRequestToken(token)
                        .build())
                .update();
    }

    private Update lookAt(String name, Update update) {
        return aws.eks
                .describeUpdate(DescribeUpdateRequest.builder()
                        .name("ml")
                        .nodegroupName(name)
                        .updateId(update.id())
                        .build())
                .update();
    }

    private void delete(String name) {
        aws.eks.deleteNodegroup(DeleteNodegroupRequest.builder()
                .clusterName("ml")
                .nodegroupName(name)
                .build());
    }

    private static void assertRefused(
            Class<? extends EksException> type, int status, String fragment, ThrowingCallable call) {
        assertThatExceptionOfType(type)
                .isThrownBy(call)
                .withMessageContaining(fragment)
                .satisfies(e -> {
                    assertThat(e.statusCode()).isEqualTo(status);
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo(type.getSimpleName());
                });
    }
}
