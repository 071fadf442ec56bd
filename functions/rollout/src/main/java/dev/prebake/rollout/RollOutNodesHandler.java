package dev.prebake.rollout;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.NodeGroup;
import dev.prebake.kernel.Sha256;
import dev.prebake.kernel.StateHandler;
import dev.prebake.kernel.Tags;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateVersionRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesRequest;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.eks.EksClient;
import software.amazon.awssdk.services.eks.model.DescribeNodegroupRequest;
import software.amazon.awssdk.services.eks.model.EksException;
import software.amazon.awssdk.services.eks.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.eks.model.Nodegroup;
import software.amazon.awssdk.services.eks.model.UpdateNodegroupVersionRequest;

/**
 * Has node groups renew their nodes from the published snapshot: a new version of the launch template with the snapshot in
 * it, then EKS's own rolling update, as gentle as the node group's update settings say.
 *
 * <p>Where the launch template has the snapshot already nothing is done. That is how this and the cluster's stack, which
 * reads the same SSM parameter, end up alike, whichever comes first. A launch template without the tag {@link Tags#CACHE} is not
 * ours to change: its owner says with the tag that it is, and the function's role is held to it.
 */
public final class RollOutNodesHandler extends StateHandler<RollOutNodesRequest, StartedRollOut> {
    private final EksClient eks;
    private final Ec2Client ec2;

    /** Makes the handler with its SDK clients. */
    public RollOutNodesHandler() {
        this(AwsClients.of(EksClient.builder()), AwsClients.of(Ec2Client.builder()));
    }

    RollOutNodesHandler(EksClient eks, Ec2Client ec2) {
        super(RollOutNodesRequest.class);
        this.eks = eks;
        this.ec2 = ec2;
    }

    /**
     * Looks at all of the node groups before it touches one. Repeating it repeats no update: the calls carry tokens made
     * from the execution's name.
     *
     * @throws NodeGroupUnfitException when one of them can't take a snapshot; then none is touched
     * @throws NodeGroupBusyException when EKS is at another update of one; the state is to be tried again
     */
    @Override
    protected StartedRollOut handle(RollOutNodesRequest request) {
        List<NodeGroupSight> sights =
                request.nodeGroups().stream().map(this::look).toList();
        List<String> problems = sights.stream()
                .map(sight -> sight.problem(request.snapshotId()))
                .flatMap(Optional::stream)
                .toList();
        if (!problems.isEmpty()) {
            throw new NodeGroupUnfitException(request.snapshotId(), problems);
        }
        List<NodeGroupUpdate> updates = new ArrayList<>();
        List<NodeGroup> upToDate = new ArrayList<>();
        for (NodeGroupSight sight : sights) {
            if (sight.isUpToDate(request.snapshotId())) {
                upToDate.add(sight.nodeGroup());
            } else {
                updates.add(update(sight, request));
            }
        }
        return new StartedRollOut(updates, upToDate);
    }

    private NodeGroupSight look(NodeGroup nodeGroup) {
        Nodegroup described;
        try {
            described = eks.describeNodegroup(DescribeNodegroupRequest.builder()
                            .clusterName(nodeGroup.cluster())
                            .nodegroupName(nodeGroup.name())
                            .build())
                    .nodegroup();
        } catch (EksException e) {
            if (AwsError.of(e) == AwsError.NOT_FOUND) {
                return NodeGroupSight.withoutTemplate(nodeGroup, null);
            }
            throw e;
        }
        LaunchTemplateSpecification template = described.launchTemplate();
        if (template == null) {
            return NodeGroupSight.withoutTemplate(nodeGroup, described.status());
        }
        var version = new NodeGroupSight.TemplateVersion(template.id(), template.version());
        return new NodeGroupSight(nodeGroup, described.status(), version, mappings(version), isTagged(template.id()));
    }

    private boolean isTagged(String launchTemplateId) {
        var describe = DescribeLaunchTemplatesRequest.builder()
                .launchTemplateIds(launchTemplateId)
                .build();
        return ec2.describeLaunchTemplates(describe).launchTemplates().stream()
                .flatMap(template -> template.tags().stream())
                .anyMatch(tag -> tag.key().equals(Tags.CACHE));
    }

    private List<LaunchTemplateBlockDeviceMapping> mappings(NodeGroupSight.TemplateVersion template) {
        var describe = DescribeLaunchTemplateVersionsRequest.builder()
                .launchTemplateId(template.id())
                .versions(template.version())
                .build();
        return ec2.describeLaunchTemplateVersions(describe).launchTemplateVersions().stream()
                .flatMap(version -> version.launchTemplateData().blockDeviceMappings().stream())
                .toList();
    }

    private NodeGroupUpdate update(NodeGroupSight sight, RollOutNodesRequest request) {
        var source = Objects.requireNonNull(sight.launchTemplate(), "a node group without one is unfit");
        // With the snapshot in and an update under way, that update may be this execution's own, begun by a call whose
        // answer was lost: the same token then gets the same update's ID, and anybody else's makes the node group busy.
        String version = sight.has(request.snapshotId()) ? source.version() : createVersion(sight, source, request);
        var update = UpdateNodegroupVersionRequest.builder()
                .clusterName(sight.nodeGroup().cluster())
                .nodegroupName(sight.nodeGroup().name())
                .launchTemplate(LaunchTemplateSpecification.builder()
                        .id(source.id())
                        .version(version)
                        .build())
                .clientRequestToken(token(request.execution(), sight.nodeGroup(), version))
                .build();
        try {
            return new NodeGroupUpdate(
                    sight.nodeGroup(),
                    eks.updateNodegroupVersion(update).update().id(),
                    version);
        } catch (EksException e) {
            if (AwsError.of(e) == AwsError.IN_USE) {
                throw new NodeGroupBusyException(sight.nodeGroup(), request.snapshotId(), AwsError.describe(e), e);
            }
            throw e;
        }
    }

    private String createVersion(
            NodeGroupSight sight, NodeGroupSight.TemplateVersion source, RollOutNodesRequest request) {
        var create = CreateLaunchTemplateVersionRequest.builder()
                .launchTemplateId(source.id())
                .sourceVersion(source.version())
                .versionDescription(Tags.ROLLED_OUT + request.snapshotId())
                .launchTemplateData(RequestLaunchTemplateData.builder()
                        .blockDeviceMappings(DataVolume.withSnapshot(
                                sight.mappings(), request.snapshotId(), request.volumeSizeGiB()))
                        .build())
                .clientToken(token(request.execution(), sight.nodeGroup(), source.version()))
                .build();
        return Long.toString(
                ec2.createLaunchTemplateVersion(create).launchTemplateVersion().versionNumber());
    }

    /** Both services take up to 64 ASCII characters, as many as a SHA-256 has in hex; execution names alone may have 80. */
    private static String token(String execution, NodeGroup nodeGroup, String version) {
        String identity = execution + "\n" + nodeGroup + "\n" + version;
        return Sha256.hex(identity.getBytes(StandardCharsets.UTF_8));
    }
}
