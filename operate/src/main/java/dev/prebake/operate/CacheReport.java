package dev.prebake.operate;

import dev.prebake.publish.ManifestImage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a cache has published, where it comes from, and what it costs.
 *
 * @param stateMachineArn the deployment's state machine
 * @param cacheName the cache
 * @param parameterName the SSM parameter that names the published snapshot
 * @param snapshotId the published snapshot
 * @param snapshot the snapshot itself; absent when it is gone, or not whole
 * @param architecture architecture of its images; absent when there is no manifest of it
 * @param containerd version of the containerd that baked it; absent when not known
 * @param images what is in it; absent when there is no manifest of it
 * @param bakedBy the execution that baked it; absent when there is no manifest of it
 * @param publishedBy the execution that published it; absent when there is no manifest of it
 * @param publishedAt when that was; absent when there is no manifest of it
 * @param fastRestores where Fast Snapshot Restore is on, or on its way there, of each of the cache's snapshots
 * @param cost what the cache's snapshots cost
 * @param rollbackTargets what a rollback could publish again, newest first
 */
public record CacheReport(
        String stateMachineArn,
        String cacheName,
        String parameterName,
        String snapshotId,
        @Nullable Snapshot snapshot,
        @Nullable String architecture,
        @Nullable String containerd,
        @Nullable List<ManifestImage> images,
        @Nullable Origin bakedBy,
        @Nullable Origin publishedBy,
        @Nullable Instant publishedAt,
        List<FastRestore> fastRestores,
        MonthlyCost cost,
        List<RollbackTarget> rollbackTargets) {
    /**
     * A snapshot.
     *
     * @param startedAt when EBS began it
     * @param volumeSizeGiB least size of a volume made from it
     * @param usedBytes bytes used in its file system; absent when not known
     * @param base the snapshot whose content it was baked on; absent when it was baked from empty
     * @param fingerprint what determines its content; absent when its tag is
     * @param kmsKeyArn the key that encrypts it; absent when it is not encrypted
     */
    public record Snapshot(
            Instant startedAt,
            int volumeSizeGiB,
            @Nullable Long usedBytes,
            @Nullable String base,
            @Nullable String fingerprint,
            @Nullable String kmsKeyArn) {}

    /**
     * An execution that something comes from.
     *
     * @param name its name
     * @param execution what came out of it; absent when Step Functions has forgotten it
     */
    public record Origin(String name, @Nullable Execution execution) {}

    /**
     * Fast Snapshot Restore of one snapshot in one availability zone.
     *
     * @param snapshotId the snapshot
     * @param zone the zone
     * @param state {@code enabling}, {@code optimizing} or {@code enabled}
     * @param since when it got there; absent when AWS doesn't say
     */
    public record FastRestore(
            String snapshotId,
            String zone,
            String state,
            @Nullable Instant since) {}

    /**
     * A snapshot that can be published again.
     *
     * @param snapshotId the snapshot
     * @param startedAt when EBS began it
     * @param bakedBy name of the execution that baked it
     * @param previous whether it is the one that was published last before what is published now
     * @param images what is in it
     */
    public record RollbackTarget(
            String snapshotId, Instant startedAt, String bakedBy, boolean previous, List<ManifestImage> images) {}
}
