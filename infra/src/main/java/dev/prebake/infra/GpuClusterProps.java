package dev.prebake.infra;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a GPU cluster decides. It stands in the CDK's context {@code prebake-cluster}.
 *
 * @param kubernetesVersion EKS version; default {@code 1.34}. Builders' may not be newer
 * @param nodeFamily {@code AL2023} or {@code BOTTLEROCKET}, each with NVIDIA's drivers on x86_64; default {@code AL2023}
 * @param instanceTypes types of the GPU nodes; default {@code g5.2xlarge}
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
        String nodeFamily,
        List<String> instanceTypes,
        int minNodes,
        int maxNodes,
        int desiredNodes,
        int comparisonNodes,
        int volumeIops,
        int volumeThroughputMiBps,
        @Nullable Integer volumeInitializationRateMiBps,
        List<String> adminArns) {
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
        List<String> problems = new ArrayList<>();
        require(
                problems,
                kubernetesVersion.matches("1\\.[0-9]{2}"),
                "kubernetesVersion '" + kubernetesVersion + "' is no version such as 1.34");
        require(
                problems,
                nodeFamily.equals("AL2023") || nodeFamily.equals("BOTTLEROCKET"),
                "nodeFamily '" + nodeFamily + "' is neither AL2023 nor BOTTLEROCKET");
        require(problems, !instanceTypes.isEmpty(), "instanceTypes is empty");
        require(
                problems,
                minNodes >= 0 && minNodes <= desiredNodes && desiredNodes <= maxNodes && maxNodes >= 1,
                "minNodes " + minNodes + ", desiredNodes " + desiredNodes + " and maxNodes " + maxNodes
                        + " are not in this order");
        require(problems, comparisonNodes >= 0, "comparisonNodes " + comparisonNodes + " is less than 0");
        require(
                problems,
                volumeIops >= 3_000 && volumeIops <= 80_000,
                "volumeIops " + volumeIops + " is not between 3000 and 80000");
        require(
                problems,
                volumeThroughputMiBps >= 125 && volumeThroughputMiBps <= 2_000,
                "volumeThroughputMiBps " + volumeThroughputMiBps + " is not between 125 and 2000");
        require(
                problems,
                volumeThroughputMiBps * GP3_IOPS_PER_MIBPS <= volumeIops,
                "volumeThroughputMiBps " + volumeThroughputMiBps + " needs volumeIops "
                        + volumeThroughputMiBps * GP3_IOPS_PER_MIBPS + " or more, not " + volumeIops);
        require(
                problems,
                volumeInitializationRateMiBps == null
                        || (volumeInitializationRateMiBps >= 100 && volumeInitializationRateMiBps <= 300),
                "volumeInitializationRateMiBps " + volumeInitializationRateMiBps + " is not between 100 and 300");
        if (!problems.isEmpty()) {
            throw new InvalidPropertiesException(problems);
        }
    }

    /**
     * Reads the properties from the CDK's context.
     *
     * @param context the context's value; absent: all of the defaults
     * @throws InvalidPropertiesException naming every problem that can be told at once
     */
    public static GpuClusterProps of(@Nullable Object context) {
        try {
            return new ObjectMapper()
                    .convertValue(context == null ? Map.of() : context, Values.class)
                    .toProps();
        } catch (IllegalArgumentException e) {
            if (e.getCause() instanceof JsonMappingException cause) {
                throw new InvalidPropertiesException(
                        List.of(cause.getPathReference() + ": " + cause.getOriginalMessage()));
            }
            throw e;
        }
    }

    private static void require(List<String> problems, boolean right, String problem) {
        if (!right) {
            problems.add(problem);
        }
    }

    /** As they stand in the context; what is absent has its default here, and nowhere else. */
    private record Values(
            @Nullable String kubernetesVersion,
            @Nullable String nodeFamily,
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
                    or(kubernetesVersion, "1.34"),
                    or(nodeFamily, "AL2023"),
                    or(instanceTypes, List.of("g5.2xlarge")),
                    or(minNodes, 0),
                    or(maxNodes, 4),
                    or(desiredNodes, 1),
                    or(comparisonNodes, 0),
                    or(volumeIops, 5_000),
                    or(volumeThroughputMiBps, 1_000),
                    volumeInitializationRateMiBps,
                    or(adminArns, List.of()));
        }

        private static <T> T or(@Nullable T value, T otherwise) {
            return value == null ? otherwise : value;
        }
    }
}
