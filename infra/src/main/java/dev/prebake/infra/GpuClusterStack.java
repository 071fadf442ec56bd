package dev.prebake.infra;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.CfnCondition;
import software.amazon.awscdk.CfnConditionProps;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.CfnOutputProps;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.CfnTag;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.ec2.CfnLaunchTemplate;
import software.amazon.awscdk.services.ec2.InstanceArchitecture;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.eks.CfnNodegroup;
import software.amazon.awscdk.services.eks_v2.AccessPolicy;
import software.amazon.awscdk.services.eks_v2.AccessPolicyNameOptions;
import software.amazon.awscdk.services.eks_v2.AccessScopeType;
import software.amazon.awscdk.services.eks_v2.Addon;
import software.amazon.awscdk.services.eks_v2.Cluster;
import software.amazon.awscdk.services.eks_v2.ClusterLoggingTypes;
import software.amazon.awscdk.services.eks_v2.DefaultCapacityType;
import software.amazon.awscdk.services.eks_v2.KubernetesVersion;
import software.amazon.awscdk.services.eks_v2.LaunchTemplateSpec;
import software.amazon.awscdk.services.eks_v2.Nodegroup;
import software.amazon.awscdk.services.eks_v2.NodegroupAmiType;
import software.amazon.awscdk.services.eks_v2.NodegroupOptions;
import software.amazon.awscdk.services.eks_v2.TaintEffect;
import software.amazon.awscdk.services.eks_v2.TaintSpec;
import software.constructs.Construct;

/**
 * An EKS cluster whose GPU nodes start from a published snapshot. Before the first bake there is none: the stack then has the cluster
 * without the GPU nodes, and an output that says what to do. Each later deployment takes the snapshot that is published then.
 */
public final class GpuClusterStack extends Stack {
    /** As which the cache's volume is attached. */
    private static final String CACHE_DEVICE = "/dev/xvdb";

    /** Room for the largest images, unpacked, in GiB. */
    private static final int COMPARISON_GIB = 100;

    private final GpuClusterProps props;
    private final ImageCacheProps cache;

    /**
     * Makes the stack, of no account or region in particular.
     *
     * @param cache the cache whose snapshots the nodes start from: its name, parameter, architecture, KMS key and Kubernetes version
     * @throws InvalidPropertiesException when the cluster's properties don't go with the cache's
     */
    public GpuClusterStack(Construct scope, String id, GpuClusterProps props, ImageCacheProps cache) {
        super(
                scope,
                id,
                StackProps.builder()
                        .description("Prebake: GPU nodes that start from a baked EBS snapshot")
                        .build());
        this.props = props;
        this.cache = cache;
        check();
        String parameterName = cache.parameterName();
        // CloudFormation reads the value at each deployment, and conditions may depend on it.
        CfnParameter snapshot = CfnParameter.Builder.create(this, "SnapshotId")
                .type("AWS::SSM::Parameter::Value<String>")
                .defaultValue(parameterName)
                .description("SSM parameter with the published snapshot's ID")
                .build();
        CfnCondition published = new CfnCondition(
                this,
                "SnapshotPublished",
                CfnConditionProps.builder()
                        .expression(Fn.conditionNot(
                                Fn.conditionEquals(snapshot.getValueAsString(), ImageCache.NOTHING_PUBLISHED)))
                        .build());
        CfnCondition unpublished = new CfnCondition(
                this,
                "NothingPublished",
                CfnConditionProps.builder()
                        .expression(Fn.conditionEquals(snapshot.getValueAsString(), ImageCache.NOTHING_PUBLISHED))
                        .build());

        Cluster cluster = cluster();
        Nodegroup core = coreNodes(cluster);
        CfnLaunchTemplate template = launchTemplate(snapshot.getValueAsString());
        template.getCfnOptions().setCondition(published);
        Nodegroup nodes =
                nodes(cluster, core, "Gpu", template, true, props.minNodes(), props.desiredNodes(), props.maxNodes());
        CfnNodegroup group =
                (CfnNodegroup) Objects.requireNonNull(nodes.getNode().getDefaultChild());
        group.getCfnOptions().setCondition(published);

        int comparison = props.comparisonNodes();
        if (comparison > 0) {
            nodes(cluster, core, "Comparison", comparisonTemplate(), false, 0, comparison, comparison);
        }

        output("ClusterName", "For aws eks update-kubeconfig --name.", cluster.getClusterName(), null);
        output(
                "DevicePlugin",
                "Lets pods ask for nvidia.com/gpu; once for each cluster.",
                "helm upgrade --install nvdp nvidia-device-plugin --repo https://nvidia.github.io/k8s-device-plugin"
                        + " --namespace nvidia-device-plugin --create-namespace",
                null);
        output("BakedSnapshot", "GPU nodes start from it.", snapshot.getValueAsString(), published);
        output(
                "NextStep",
                "There are no GPU nodes yet.",
                "No snapshot is published in " + parameterName
                        + ". Start the image cache's workflow, wait for its end, and deploy this stack again.",
                unpublished);
    }

    private void check() {
        PropertyChecks checks = new PropertyChecks(GpuClusterProps.CONTEXT);
        // Of "1.NN" both.
        checks.require(
                cache.kubernetesVersion().compareTo(props.kubernetesVersion()) <= 0,
                "kubernetesVersion " + props.kubernetesVersion() + " is older than the builders' "
                        + cache.kubernetesVersion() + ", whose containerd may write what the nodes' can't read");
        instanceTypes()
                .forEach(type -> checks.require(
                        type.getArchitecture() == (arm64() ? InstanceArchitecture.ARM_64 : InstanceArchitecture.X86_64),
                        "instanceTypes " + type + " is not of the architecture of the cache's images, "
                                + cache.architecture()));
        checks.throwIfAny();
    }

    private List<InstanceType> instanceTypes() {
        List<String> types = props.instanceTypes();
        if (types.isEmpty()) {
            types = List.of(arm64() ? "g5g.2xlarge" : "g5.2xlarge");
        }
        return types.stream().map(InstanceType::new).toList();
    }

    private boolean arm64() {
        return cache.architecture().equals("arm64");
    }

    private NodegroupAmiType amiType() {
        return arm64() ? NodegroupAmiType.AL2023_ARM_64_NVIDIA : NodegroupAmiType.AL2023_X86_64_NVIDIA;
    }

    private Cluster cluster() {
        Vpc vpc = Vpc.Builder.create(this, "Vpc").maxAzs(3).natGateways(1).build();
        Cluster cluster = Cluster.Builder.create(this, "Cluster")
                .vpc(vpc)
                .version(KubernetesVersion.of(props.kubernetesVersion()))
                .defaultCapacityType(DefaultCapacityType.NODEGROUP)
                .defaultCapacity(0)
                // Else EKS installs its own copies of the add-ons, with which those below are in conflict.
                .bootstrapSelfManagedAddons(false)
                .clusterLogging(List.of(
                        ClusterLoggingTypes.API,
                        ClusterLoggingTypes.AUDIT,
                        ClusterLoggingTypes.AUTHENTICATOR,
                        ClusterLoggingTypes.CONTROLLER_MANAGER,
                        ClusterLoggingTypes.SCHEDULER))
                .build();
        for (int i = 0; i < props.adminArns().size(); i++) {
            cluster.grantAccess(
                    "Administrator" + i,
                    props.adminArns().get(i),
                    List.of(AccessPolicy.fromAccessPolicyName(
                            "AmazonEKSClusterAdminPolicy",
                            AccessPolicyNameOptions.builder()
                                    .accessScopeType(AccessScopeType.CLUSTER)
                                    .build())));
        }
        return cluster;
    }

    private Nodegroup coreNodes(Cluster cluster) {
        // Nodes become Ready with networking alone, so they wait for it; CoreDNS is healthy only with nodes to run on.
        List<Addon> nodeAddons = Stream.of("vpc-cni", "kube-proxy", "eks-pod-identity-agent")
                .map(name -> addon(cluster, name))
                .toList();
        Nodegroup core = cluster.addNodegroupCapacity(
                "Core",
                NodegroupOptions.builder()
                        .amiType(NodegroupAmiType.AL2023_X86_64_STANDARD)
                        .instanceTypes(List.of(new InstanceType("m6i.large")))
                        .minSize(2)
                        .desiredSize(2)
                        .maxSize(4)
                        .build());
        nodeAddons.forEach(core.getNode()::addDependency);
        addon(cluster, "coredns").getNode().addDependency(core);
        return core;
    }

    private Addon addon(Cluster cluster, String name) {
        return Addon.Builder.create(this, "Addon-" + name)
                .cluster(cluster)
                .addonName(name)
                .build();
    }

    private CfnLaunchTemplate launchTemplate(String snapshotId) {
        CfnLaunchTemplate template = template(
                "GpuNodes",
                List.of(
                        disk("/dev/xvda", ebs().build()),
                        disk(CACHE_DEVICE, fastDisk().snapshotId(snapshotId).build())),
                Base64.getEncoder().encodeToString(NodeUserData.mime().getBytes(StandardCharsets.US_ASCII)));
        // Its owner's word that roll-outs may add versions to it.
        template.setTagSpecifications(List.of(CfnLaunchTemplate.LaunchTemplateTagSpecificationProperty.builder()
                .resourceType("launch-template")
                .tags(List.of(CfnTag.builder()
                        .key(HandlerPermissions.CACHE_TAG)
                        .value(cache.cacheName())
                        .build()))
                .build()));
        if (props.volumeInitializationRateMiBps() != null) {
            template.addPropertyOverride(
                    "LaunchTemplateData.BlockDeviceMappings.1.Ebs.VolumeInitializationRate",
                    props.volumeInitializationRateMiBps());
        }
        return template;
    }

    /** Images go to the root disk: that is as fast as the cache's. */
    private CfnLaunchTemplate comparisonTemplate() {
        return template(
                "ComparisonNodes",
                List.of(disk("/dev/xvda", fastDisk().volumeSize(COMPARISON_GIB).build())),
                null);
    }

    private CfnLaunchTemplate template(
            String id, List<CfnLaunchTemplate.BlockDeviceMappingProperty> disks, @Nullable String userData) {
        return CfnLaunchTemplate.Builder.create(this, id)
                .launchTemplateData(CfnLaunchTemplate.LaunchTemplateDataProperty.builder()
                        .metadataOptions(CfnLaunchTemplate.MetadataOptionsProperty.builder()
                                .httpTokens("required")
                                // Pods of the host's own network alone reach the node's credentials.
                                .httpPutResponseHopLimit(1)
                                .build())
                        .blockDeviceMappings(disks)
                        .userData(userData)
                        .build())
                .build();
    }

    private CfnLaunchTemplate.EbsProperty.Builder fastDisk() {
        return ebs().iops(props.volumeIops()).throughput(props.volumeThroughputMiBps());
    }

    private CfnLaunchTemplate.EbsProperty.Builder ebs() {
        return CfnLaunchTemplate.EbsProperty.builder()
                .volumeType("gp3")
                .encrypted(true)
                .kmsKeyId(cache.kmsKeyArn())
                .deleteOnTermination(true);
    }

    private static CfnLaunchTemplate.BlockDeviceMappingProperty disk(String device, CfnLaunchTemplate.EbsProperty ebs) {
        return CfnLaunchTemplate.BlockDeviceMappingProperty.builder()
                .deviceName(device)
                .ebs(ebs)
                .build();
    }

    private Nodegroup nodes(
            Cluster cluster,
            Nodegroup core,
            String id,
            CfnLaunchTemplate template,
            boolean cached,
            int least,
            int desired,
            int most) {
        Nodegroup nodes = cluster.addNodegroupCapacity(
                id,
                NodegroupOptions.builder()
                        .amiType(amiType())
                        .instanceTypes(instanceTypes())
                        .minSize(least)
                        .maxSize(most)
                        .desiredSize(desired)
                        // In one order, so that the same properties give the same template.
                        .labels(new TreeMap<>(Map.of(
                                "nvidia.com/gpu.present", "true", "ml-container-cache", Boolean.toString(cached))))
                        .taints(List.of(TaintSpec.builder()
                                .key("nvidia.com/gpu")
                                .value("present")
                                .effect(TaintEffect.NO_SCHEDULE)
                                .build()))
                        .launchTemplateSpec(LaunchTemplateSpec.builder()
                                .id(template.getRef())
                                .version(template.getAttrLatestVersionNumber())
                                .build())
                        .build());
        // And with it on networking, without which no node becomes Ready.
        nodes.getNode().addDependency(core);
        return nodes;
    }

    private void output(String name, String description, String value, @Nullable CfnCondition condition) {
        CfnOutput output = new CfnOutput(
                this,
                name,
                CfnOutputProps.builder().description(description).value(value).build());
        if (condition != null) {
            output.setCondition(condition);
        }
    }
}
