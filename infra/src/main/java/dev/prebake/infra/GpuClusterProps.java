package dev.prebake.infra;

import static dev.prebake.infra.PropertyChecks.or;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a GPU cluster decides. It stands in the CDK's context {@code prebake-cluster}. Its nodes are of the AL2023 family with NVIDIA's
 * drivers and of the architecture of the cache's images, and their volumes under the cache's KMS key, if it has one.
 *
 * @param kubernetesVersion EKS version; default {@value ImageCacheProps#KUBERNETES_VERSION}. Builders' may not be newer
 * @param instanceTypes types of the GPU nodes, of the architecture of the cache's images; default {@code g5.2xlarge}, for arm64
 *     {@code g5g.2xlarge}
 * @param minNodes the fewest GPU nodes, from 0; default 0
 * @param maxNodes the most GPU nodes, from 1; default 4
 * @param desiredNodes GPU nodes to begin with; default 1
 * @param comparisonNodes nodes of the same types without the cache, whose root disks are as fast as the cache's volumes, to time pods
 *     against; default 0. They carry the label {@code ml-container-cache=false}
 * @param volumeIops gp3 IOPS of each node's cache volume, 3000 to 80000; default 5000. Beyond 3000, EC2 allows 500 for each GiB of the
 *     volume and refuses to launch the node otherwise: 5000 suit the smallest snapshot (10 GiB), 16000 need 32 GiB
 * @param volumeThroughputMiBps gp3 throughput of each node's cache volume, in MiB/s, 125 to 2000 and at most a quarter of
 *     {@code volumeIops}; default 1000
 * @param volumeInitializationRateMiBps provisioned rate at which EBS fills the volume, in MiB/s, 100 to 300; absent: none. It takes the
 *     place of Fast Snapshot Restore where both are set, and all of a Region's volumes share 5,000 MiB/s: launches past that fail
 * @param adminArns IAM principals to make administrators of the cluster; none by default
 */
public record GpuClusterProps(
        String kubernetesVersion,
        List<String> instanceTypes,
        int minNodes,
        int maxNodes,
        int desiredNodes,
        int comparisonNodes,
        int volumeIops,
        int volumeThroughputMiBps,
        @Nullable Integer volumeInitializationRateMiBps,
        List<String> adminArns) {
    /** Where they stand in the CDK's context. */
    static final String CONTEXT = "prebake-cluster";

    private static final Pattern INSTANCE_TYPE = Pattern.compile("[a-z]+[0-9]{1,2}[a-z-]*\\.[a-z0-9-]+");

    /** https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html */
    private static final int GP3_IOPS_PER_MIBPS = 4;

    /**
     * Checks what can be checked without AWS.
     *
     * @throws InvalidPropertiesException naming every problem
     */
    public GpuClusterProps {
        instanceTypes = List.copyOf(instanceTypes);
        adminArns = List.copyOf(adminArns);
        PropertyChecks checks = new PropertyChecks(CONTEXT);
        checks.require(
                ImageCacheProps.VERSION.matcher(kubernetesVersion).matches(),
                "kubernetesVersion '" + kubernetesVersion + "' is no version such as "
                        + ImageCacheProps.KUBERNETES_VERSION);
        instanceTypes.forEach(type -> checks.require(
                INSTANCE_TYPE.matcher(type).matches(),
                "instanceTypes '" + type + "' is no instance type such as g5.2xlarge"));
        checks.require(
                minNodes >= 0 && minNodes <= desiredNodes && desiredNodes <= maxNodes && maxNodes >= 1,
                "minNodes " + minNodes + ", desiredNodes " + desiredNodes + " and maxNodes " + maxNodes
                        + " are not in this order");
        checks.require(comparisonNodes >= 0, "comparisonNodes " + comparisonNodes + " is less than 0");
        checks.between("volumeIops", volumeIops, 3_000, 80_000);
        checks.between("volumeThroughputMiBps", volumeThroughputMiBps, 125, 2_000);
        checks.require(
                volumeThroughputMiBps * GP3_IOPS_PER_MIBPS <= volumeIops,
                "volumeThroughputMiBps " + volumeThroughputMiBps + " needs volumeIops "
                        + volumeThroughputMiBps * GP3_IOPS_PER_MIBPS + " or more, not " + volumeIops);
        checks.between("volumeInitializationRateMiBps", volumeInitializationRateMiBps, 100, 300);
        checks.throwIfAny();
    }

    /**
     * Reads the properties from the CDK's context.
     *
     * @param context the context's value; absent: all of the defaults
     * @throws InvalidPropertiesException naming every problem that can be told at once
     */
    public static GpuClusterProps of(@Nullable Object context) {
        return PropertyChecks.read(CONTEXT, context, Values.class).toProps();
    }

    /** As they stand in the context; what is absent has its default here, and nowhere else. */
    private record Values(
            @Nullable String kubernetesVersion,
            @Nullable List<String> instanceTypes,
            @Nullable Integer minNodes,
            @Nullable Integer maxNodes,
            @Nullable Integer desiredNodes,
            @Nullable Integer comparisonNodes,
            @Nullable Integer volumeIops,
            @Nullable Integer volumeThroughputMiBps,
            @Nullable Integer volumeInitializationRateMiBps,
            @Nullable List<String> adminArns) {
        GpuClusterProps toProps() {
            return new GpuClusterProps(
                    or(kubernetesVersion, ImageCacheProps.KUBERNETES_VERSION),
                    or(instanceTypes, List.of()),
                    or(minNodes, 0),
                    or(maxNodes, 4),
                    or(desiredNodes, 1),
                    or(comparisonNodes, 0),
                    or(volumeIops, 5_000),
                    or(volumeThroughputMiBps, 1_000),
                    volumeInitializationRateMiBps,
                    or(adminArns, List.of()));
        }
    }
}
