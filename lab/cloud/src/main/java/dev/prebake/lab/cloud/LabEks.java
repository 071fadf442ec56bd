package dev.prebake.lab.cloud;

import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.wire.AwsFault;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eks.model.Cluster;
import software.amazon.awssdk.services.eks.model.ClusterStatus;
import software.amazon.awssdk.services.eks.model.CreateClusterRequest;
import software.amazon.awssdk.services.eks.model.CreateClusterResponse;
import software.amazon.awssdk.services.eks.model.CreateNodegroupRequest;
import software.amazon.awssdk.services.eks.model.CreateNodegroupResponse;
import software.amazon.awssdk.services.eks.model.DeleteClusterRequest;
import software.amazon.awssdk.services.eks.model.DeleteClusterResponse;
import software.amazon.awssdk.services.eks.model.DeleteNodegroupRequest;
import software.amazon.awssdk.services.eks.model.DeleteNodegroupResponse;
import software.amazon.awssdk.services.eks.model.DescribeClusterRequest;
import software.amazon.awssdk.services.eks.model.DescribeClusterResponse;
import software.amazon.awssdk.services.eks.model.DescribeNodegroupRequest;
import software.amazon.awssdk.services.eks.model.DescribeNodegroupResponse;
import software.amazon.awssdk.services.eks.model.DescribeUpdateRequest;
import software.amazon.awssdk.services.eks.model.DescribeUpdateResponse;
import software.amazon.awssdk.services.eks.model.InvalidRequestException;
import software.amazon.awssdk.services.eks.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.eks.model.ListClustersRequest;
import software.amazon.awssdk.services.eks.model.ListClustersResponse;
import software.amazon.awssdk.services.eks.model.ListNodegroupsRequest;
import software.amazon.awssdk.services.eks.model.ListNodegroupsResponse;
import software.amazon.awssdk.services.eks.model.ListUpdatesRequest;
import software.amazon.awssdk.services.eks.model.ListUpdatesResponse;
import software.amazon.awssdk.services.eks.model.Nodegroup;
import software.amazon.awssdk.services.eks.model.NodegroupScalingConfig;
import software.amazon.awssdk.services.eks.model.NodegroupStatus;
import software.amazon.awssdk.services.eks.model.NodegroupUpdateConfig;
import software.amazon.awssdk.services.eks.model.ResourceInUseException;
import software.amazon.awssdk.services.eks.model.ResourceNotFoundException;
import software.amazon.awssdk.services.eks.model.UpdateNodegroupVersionRequest;
import software.amazon.awssdk.services.eks.model.UpdateNodegroupVersionResponse;

/**
 * EKS as far as a roll-out goes: clusters and managed node groups as book-keeping, in memory until the lab ends. No cluster and
 * no node is real: clusters and node groups are active as soon as they are asked for, and all that a node group has is the version of
 * its launch template that nodes would start from. Updates take their time on the lab's clock.
 *
 * <p>Where a launch template is given, EKS asks EC2 on behalf of who calls: CreateNodegroup and UpdateNodegroupVersion need their
 * caller's {@code ec2:DescribeLaunchTemplateVersions}, {@code ec2:RunInstances} and {@code ec2:CreateTags} beside their own
 * permission (https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html), and answer InvalidRequestException without them. The
 * nodes are launched later by EKS's service-linked role, which has its own. Like every double this one lets everybody do everything;
 * who refuses calls has to know of those.
 */
final class LabEks implements EksClient {
    private static final int IN_USE = 409;
    private static final int NOT_FOUND = 404;

    private final LaunchTemplates templates;
    private final LabClock clock;
    private final FaultPlan faults;
    private final NavigableMap<String, Cluster> clusters = new ConcurrentSkipListMap<>();
    /** By cluster and name of the node group, with a slash between. */
    private final NavigableMap<String, LabNodeGroup> nodeGroups = new ConcurrentSkipListMap<>();

    LabEks(LaunchTemplates templates, LabClock clock, FaultPlan faults) {
        this.templates = templates;
        this.clock = clock;
        this.faults = faults;
    }

    @Override
    public synchronized CreateClusterResponse createCluster(CreateClusterRequest request) {
        String name = request.name();
        if (clusters.containsKey(name)) {
            throw inUse(name, null, "Cluster already exists with name: " + name);
        }
        Cluster cluster = Cluster.builder()
                .name(name)
                .arn(arn("cluster/" + name))
                .createdAt(clock.instant())
                .version(request.version() == null ? Deployment.KUBERNETES_VERSION : request.version())
                .roleArn(request.roleArn())
                .status(ClusterStatus.ACTIVE)
                .tags(request.tags())
                .build();
        clusters.put(name, cluster);
        return CreateClusterResponse.builder().cluster(cluster).build();
    }

    @Override
    public DescribeClusterResponse describeCluster(DescribeClusterRequest request) {
        return DescribeClusterResponse.builder()
                .cluster(cluster(request.name()))
                .build();
    }

    @Override
    public ListClustersResponse listClusters(ListClustersRequest request) {
        return ListClustersResponse.builder()
                .clusters(List.copyOf(clusters.keySet()))
                .build();
    }

    @Override
    public synchronized DeleteClusterResponse deleteCluster(DeleteClusterRequest request) {
        Cluster cluster = cluster(request.name());
        if (!groupsOf(cluster.name()).isEmpty()) {
            throw inUse(cluster.name(), null, "Cluster has nodegroups attached");
        }
        clusters.remove(cluster.name());
        return DeleteClusterResponse.builder()
                .cluster(cluster.toBuilder().status(ClusterStatus.DELETING).build())
                .build();
    }

    @Override
    public synchronized CreateNodegroupResponse createNodegroup(CreateNodegroupRequest request) {
        Cluster cluster = cluster(request.clusterName());
        String name = request.nodegroupName();
        String key = cluster.name() + "/" + name;
        if (nodeGroups.containsKey(key)) {
            throw inUse(
                    cluster.name(),
                    name,
                    "NodeGroup already exists with name " + name + " and cluster name " + cluster.name());
        }
        Nodegroup created = Nodegroup.builder()
                .clusterName(cluster.name())
                .nodegroupName(name)
                .nodegroupArn(arn("nodegroup/" + key + "/" + UUID.randomUUID()))
                .version(request.version() == null ? cluster.version() : request.version())
                .releaseVersion(request.releaseVersion())
                .createdAt(clock.instant())
                .modifiedAt(clock.instant())
                .status(NodegroupStatus.ACTIVE)
                .capacityType(request.capacityType())
                .amiType(request.amiType())
                .instanceTypes(request.instanceTypes())
                .subnets(request.subnets())
                .nodeRole(request.nodeRole())
                .labels(request.labels())
                .taints(request.taints())
                .tags(request.tags())
                .launchTemplate(launchTemplate(request.launchTemplate(), cluster.name(), name))
                .scalingConfig(
                        request.scalingConfig() == null
                                ? NodegroupScalingConfig.builder()
                                        .minSize(1)
                                        .desiredSize(2)
                                        .maxSize(2)
                                        .build()
                                : request.scalingConfig())
                .updateConfig(
                        request.updateConfig() == null
                                ? NodegroupUpdateConfig.builder()
                                        .maxUnavailable(1)
                                        .build()
                                : request.updateConfig())
                .build();
        nodeGroups.put(key, new LabNodeGroup(created, List.of()));
        return CreateNodegroupResponse.builder().nodegroup(created).build();
    }

    @Override
    public DescribeNodegroupResponse describeNodegroup(DescribeNodegroupRequest request) {
        return DescribeNodegroupResponse.builder()
                .nodegroup(group(request.clusterName(), request.nodegroupName()).answerAt(clock.instant()))
                .build();
    }

    @Override
    public ListNodegroupsResponse listNodegroups(ListNodegroupsRequest request) {
        return ListNodegroupsResponse.builder()
                .nodegroups(groupsOf(cluster(request.clusterName()).name()).values().stream()
                        .map(group -> group.created().nodegroupName())
                        .toList())
                .build();
    }

    @Override
    public synchronized DeleteNodegroupResponse deleteNodegroup(DeleteNodegroupRequest request) {
        LabNodeGroup group = idle(request.clusterName(), request.nodegroupName(), "deleted");
        nodeGroups.remove(request.clusterName() + "/" + request.nodegroupName());
        return DeleteNodegroupResponse.builder()
                .nodegroup(group.answerAt(clock.instant()).toBuilder()
                        .status(NodegroupStatus.DELETING)
                        .build())
                .build();
    }

    @Override
    public synchronized UpdateNodegroupVersionResponse updateNodegroupVersion(UpdateNodegroupVersionRequest request) {
        Instant now = clock.instant();
        Optional<NodeGroupUpdate> repeated = request.clientRequestToken() == null
                ? Optional.empty()
                : group(request.clusterName(), request.nodegroupName()).updates().stream()
                        .filter(update -> update.request().equals(request))
                        .findFirst();
        return UpdateNodegroupVersionResponse.builder()
                .update(repeated.orElseGet(() -> begin(request, now)).answerAt(now))
                .build();
    }

    private NodeGroupUpdate begin(UpdateNodegroupVersionRequest request, Instant now) {
        LabNodeGroup group = idle(request.clusterName(), request.nodegroupName(), "updated");
        LaunchTemplateSpecification present = group.answerAt(now).launchTemplate();
        LaunchTemplateSpecification wanted = request.launchTemplate() == null
                ? present
                : launchTemplate(request.launchTemplate(), request.clusterName(), request.nodegroupName());
        if (wanted != null && (present == null || !wanted.id().equals(present.id()))) {
            throw invalid(
                    request.clusterName(),
                    request.nodegroupName(),
                    present == null
                            ? "A node group that was created without a launch template can't be updated to one."
                            : "The launch template must be the one that the node group was created with, "
                                    + present.id() + ".");
        }
        boolean launches = !faults.strikes(ThingFault.NODES_NOT_RENEWED) && (wanted == null || canLaunch(wanted));
        Instant end = launches ? group.renewedBy(now) : LabNodeGroup.givenUpBy(now);
        NodeGroupUpdate update = new NodeGroupUpdate(
                UUID.randomUUID().toString(),
                request,
                wanted,
                now,
                faults.strikes(ThingFault.NODE_UPDATE_STALLS) ? Instant.MAX : end,
                launches ? null : group.unlaunched());
        nodeGroups.put(request.clusterName() + "/" + request.nodegroupName(), group.with(update));
        return update;
    }

    @Override
    public DescribeUpdateResponse describeUpdate(DescribeUpdateRequest request) {
        Cluster cluster = cluster(request.name());
        Optional<NodeGroupUpdate> update = request.nodegroupName() == null
                ? Optional.empty()
                : group(cluster.name(), request.nodegroupName()).update(request.updateId());
        return DescribeUpdateResponse.builder()
                .update(update.orElseThrow(() -> notFound(
                                cluster.name(),
                                request.nodegroupName(),
                                "No update found for ID: " + request.updateId()))
                        .answerAt(clock.instant()))
                .build();
    }

    /** A cluster's own updates are none: the lab never makes one. */
    @Override
    public ListUpdatesResponse listUpdates(ListUpdatesRequest request) {
        Cluster cluster = cluster(request.name());
        return ListUpdatesResponse.builder()
                .updateIds(
                        request.nodegroupName() == null
                                ? List.of()
                                : group(cluster.name(), request.nodegroupName()).updates().reversed().stream()
                                        .map(NodeGroupUpdate::id)
                                        .toList())
                .build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // There is nothing to end.
    }

    /** A template's ID, name and version's number, whichever of them are given. */
    private @Nullable LaunchTemplateSpecification launchTemplate(
            @Nullable LaunchTemplateSpecification given, String cluster, String nodeGroup) {
        if (given == null) {
            return null;
        }
        try {
            LaunchTemplates.Template template = templates.existing(given.id(), given.name());
            String version = given.version() == null ? "$Default" : given.version();
            return LaunchTemplateSpecification.builder()
                    .id(template.id())
                    .name(template.name())
                    .version(Long.toString(templates.version(template, version).number()))
                    .build();
        } catch (AwsServiceException e) {
            throw invalid(cluster, nodeGroup, e.awsErrorDetails().errorMessage());
        }
    }

    private boolean canLaunch(LaunchTemplateSpecification from) {
        try {
            LaunchTemplates.Template template = templates.existing(from.id(), null);
            return templates
                    .problems(templates.version(template, from.version()))
                    .isEmpty();
        } catch (AwsServiceException _) {
            // Deleted since.
            return false;
        }
    }

    private Cluster cluster(String name) {
        return Optional.ofNullable(clusters.get(name))
                .orElseThrow(() -> notFound(name, null, "No cluster found for name: " + name + "."));
    }

    private LabNodeGroup group(String cluster, String name) {
        return Optional.ofNullable(nodeGroups.get(cluster(cluster).name() + "/" + name))
                .orElseThrow(() -> notFound(cluster, name, "No node group found for name: " + name + "."));
    }

    private LabNodeGroup idle(String cluster, String name, String what) {
        LabNodeGroup group = group(cluster, name);
        if (group.isBusyAt(clock.instant())) {
            throw inUse(cluster, name, "Nodegroup cannot be " + what + " as it is currently not in Active State");
        }
        return group;
    }

    private Map<String, LabNodeGroup> groupsOf(String cluster) {
        // A slash's successor ends what begins with the cluster's name and a slash.
        return nodeGroups.subMap(cluster + "/", cluster + "0");
    }

    private static String arn(String resource) {
        return "arn:aws:eks:" + Account.REGION + ":" + Account.ID + ":" + resource;
    }

    private static AwsServiceException notFound(String cluster, @Nullable String nodeGroup, String message) {
        return AwsFault.of(
                ResourceNotFoundException.builder().clusterName(cluster).nodegroupName(nodeGroup),
                NOT_FOUND,
                "ResourceNotFoundException",
                message);
    }

    private static AwsServiceException inUse(String cluster, @Nullable String nodeGroup, String message) {
        return AwsFault.of(
                ResourceInUseException.builder().clusterName(cluster).nodegroupName(nodeGroup),
                IN_USE,
                "ResourceInUseException",
                message);
    }

    private static AwsServiceException invalid(String cluster, String nodeGroup, String message) {
        return AwsFault.of(
                InvalidRequestException.builder().clusterName(cluster).nodegroupName(nodeGroup),
                AwsAnswers.BAD_REQUEST,
                "InvalidRequestException",
                message);
    }
}
