package dev.prebake.kernel;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one execution is to do, decided before anything is launched. The states after it read nothing else of the input.
 *
 * @param plannedAt when it was decided: of two plans of a cache the later one is right about what its images are
 * @param cacheName name of the cache, {@code [a-z0-9][a-z0-9-]{0,62}}
 * @param architecture architecture of builder and images
 * @param images the images, in the order given
 * @param registries how the images' registries, and their mirrors, are reached; those that need nothing said are not here
 * @param fingerprint SHA-256 in hex of what determines the volume's content
 * @param compressedBytes sum over the images, in bytes; layers that images share count once
 * @param volume the data volume
 * @param instanceTypes builder types, in the order to try
 * @param fastRestoreZones availability zones to enable Fast Snapshot Restore in; may be empty
 * @param retainSnapshots how many snapshots of the cache to keep, the new one included
 * @param retentionDryRun whether RetireSnapshots only says what it would do
 * @param parameterName SSM parameter that gets the snapshot's ID
 * @param nodeGroups EKS node groups whose nodes are renewed from the snapshot once it is published; may be empty
 * @param reuse a completed snapshot with this fingerprint, when there is one and the input doesn't say {@code force}
 * @param base the snapshot that the data volume is to start from, so that only what it lacks is pulled; absent when nothing is
 *     baked, the input says {@code force}, or none of the cache's snapshots will do: then the volume starts empty
 * @param rollback whether {@code reuse} is an earlier snapshot that is to be published again whatever images there are now; the plan then has
 *     none
 */
public record BakePlan(
        Instant plannedAt,
        String cacheName,
        Architecture architecture,
        List<PlannedImage> images,
        List<RegistrySettings> registries,
        String fingerprint,
        long compressedBytes,
        PlannedVolume volume,
        List<String> instanceTypes,
        List<String> fastRestoreZones,
        int retainSnapshots,
        Boolean retentionDryRun,
        String parameterName,
        List<NodeGroup> nodeGroups,
        @Nullable BakedSnapshot reuse,
        @Nullable BakedSnapshot base,
        Boolean rollback) {
    /**
     * How many characters the images' references may have together: with as many, and 25 images, the manifest that
     * PublishSnapshot writes still fits the 8 KiB of an SSM parameter
     * (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html).
     */
    public static final int MAX_REFERENCE_CHARACTERS = 3_000;

    /**
     * Takes absent registries, node groups, dry runs and rollbacks for none, and an absent time for the earliest: an execution may have been planned
     * before there were any.
     */
    public BakePlan {
        plannedAt = Objects.requireNonNullElse(plannedAt, Instant.EPOCH);
        registries = List.copyOf(Objects.requireNonNullElse(registries, List.of()));
        rollback = Boolean.TRUE.equals(rollback);
        retentionDryRun = Boolean.TRUE.equals(retentionDryRun);
        nodeGroups = List.copyOf(Objects.requireNonNullElse(nodeGroups, List.of()));
    }
}
