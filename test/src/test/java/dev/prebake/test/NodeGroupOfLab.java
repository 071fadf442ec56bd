package dev.prebake.test;

import dev.prebake.kernel.Tags;
import dev.prebake.lab.cloud.Lab;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsRequest;
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
import software.amazon.awssdk.services.eks.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.eks.model.ListUpdatesRequest;

/** A node group of the lab's EKS, whose nodes start without a snapshot; each roll-out gets one of its own. */
final class NodeGroupOfLab {
    private static final String CLUSTER = "ml";
    private static final String DEVICE = "/dev/xvdb";

    private final Lab lab;
    private final String name;
    private final String template;

    private NodeGroupOfLab(Lab lab, String name, String template) {
        this.lab = lab;
        this.name = name;
        this.template = template;
    }

    static void createCluster(Lab lab) {
        lab.eks().createCluster(CreateClusterRequest.builder().name(CLUSTER).build());
    }

    static NodeGroupOfLab create(Lab lab, String name) {
        String template = lab.ec2()
                .createLaunchTemplate(CreateLaunchTemplateRequest.builder()
                        .launchTemplateName(name)
                        .tagSpecifications(TagSpecification.builder()
                                .resourceType(ResourceType.LAUNCH_TEMPLATE)
                                .tags(Tag.builder().key(Tags.CACHE).value("any").build())
                                .build())
                        .launchTemplateData(RequestLaunchTemplateData.builder()
                                .blockDeviceMappings(LaunchTemplateBlockDeviceMappingRequest.builder()
                                        .deviceName(DEVICE)
                                        .ebs(LaunchTemplateEbsBlockDeviceRequest.builder()
                                                .volumeSize(10)
                                                .build())
                                        .build())
                                .build())
                        .build())
                .launchTemplate()
                .launchTemplateId();
        lab.eks()
                .createNodegroup(CreateNodegroupRequest.builder()
                        .clusterName(CLUSTER)
                        .nodegroupName(name)
                        .launchTemplate(LaunchTemplateSpecification.builder()
                                .id(template)
                                .build())
                        .build());
        return new NodeGroupOfLab(lab, name, template);
    }

    /** As an execution's input names it. */
    @Override
    public String toString() {
        return CLUSTER + "/" + name;
    }

    /**
     * What a run has done to it that it shouldn't have.
     *
     * @param renewedFrom the snapshot that its nodes are to start from; absent where the run failed
     */
    List<String> problems(@Nullable String renewedFrom) {
        List<String> problems = new ArrayList<>();
        int versions = versions().size();
        if (versions > 2) {
            problems.add("it made " + (versions - 1) + " versions of the launch template");
        }
        int updates = lab.eks()
                .listUpdates(ListUpdatesRequest.builder()
                        .name(CLUSTER)
                        .nodegroupName(name)
                        .build())
                .updateIds()
                .size();
        if (updates > 1) {
            problems.add("it began " + updates + " updates of the node group");
        }
        if (renewedFrom != null && !renewedFrom.equals(snapshot())) {
            problems.add("it succeeded, and the nodes start from " + snapshot() + ", not from " + renewedFrom);
        }
        return problems;
    }

    private @Nullable String snapshot() {
        String version = lab.eks()
                .describeNodegroup(DescribeNodegroupRequest.builder()
                        .clusterName(CLUSTER)
                        .nodegroupName(name)
                        .build())
                .nodegroup()
                .launchTemplate()
                .version();
        return versions().stream()
                .filter(each -> Objects.equals(Long.toString(each.versionNumber()), version))
                .flatMap(each -> each.launchTemplateData().blockDeviceMappings().stream())
                .filter(mapping -> mapping.deviceName().equals(DEVICE))
                .map(mapping -> mapping.ebs().snapshotId())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private List<LaunchTemplateVersion> versions() {
        return lab.ec2()
                .describeLaunchTemplateVersions(DescribeLaunchTemplateVersionsRequest.builder()
                        .launchTemplateId(template)
                        .build())
                .launchTemplateVersions();
    }
}
