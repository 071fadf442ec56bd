package dev.prebake.operate;

import dev.prebake.kernel.BakedSnapshot;
import dev.prebake.kernel.FastRestores;
import dev.prebake.plan.EarlierSnapshot;
import dev.prebake.plan.RollbackTargets;
import dev.prebake.publish.Manifest;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.ssm.SsmClient;

/** Looks up what a cache has published, where it comes from, what it costs, and what could be published again. */
public final class CacheReports {
    private final SfnClient states;
    private final SsmClient ssm;
    private final Ec2Client ec2;
    private final Deployment deployment;

    /** Makes it over AWS. */
    public CacheReports(SfnClient states, SsmClient ssm, Ec2Client ec2, Deployment deployment) {
        this.states = states;
        this.ssm = ssm;
        this.ec2 = ec2;
        this.deployment = deployment;
    }

    /**
     * The report.
     *
     * @throws OperateException when the cache has published nothing, or AWS refuses to tell
     */
    public CacheReport of(Cache cache) {
        Publications publications = new Publications(ssm);
        Publications.Published published = publications.now(cache);
        RollbackTargets targets = targets(cache);
        List<EarlierSnapshot> snapshots = targets.snapshots();
        List<DescribeFastSnapshotRestoreSuccessItem> restores = AwsCalls.call(
                "Looking at the Fast Snapshot Restores of the cache " + cache.name(),
                () -> FastRestores.on(
                        ec2,
                        snapshots.stream()
                                .map(earlier -> earlier.snapshot().snapshotId())
                                .toList()));
        Manifest manifest = published.manifest();
        return new CacheReport(
                deployment.stateMachineArn(),
                cache.name(),
                cache.parameterName(),
                published.snapshotId(),
                snapshots.stream()
                        .filter(earlier -> earlier.snapshot().snapshotId().equals(published.snapshotId()))
                        .findFirst()
                        .map(CacheReports::snapshot)
                        .orElse(null),
                manifest == null ? null : manifest.architecture().ociName(),
                manifest == null ? null : manifest.containerd(),
                manifest == null ? null : manifest.images(),
                manifest == null ? null : origin(manifest.bakedBy()),
                manifest == null ? null : origin(manifest.publishedBy()),
                manifest == null ? null : manifest.publishedAt(),
                restores.stream()
                        .map(CacheReports::fastRestore)
                        .sorted(Comparator.comparing(CacheReport.FastRestore::snapshotId)
                                .thenComparing(CacheReport.FastRestore::zone))
                        .toList(),
                MonthlyCost.of(
                        deployment.region(), kept(published.snapshotId(), snapshots), FastRestores.byZone(restores)),
                rollbackTargets(targets, publications.manifests(cache)));
    }

    /**
     * What a rollback of the cache does; nothing is started.
     *
     * @param to the snapshot's ID, or {@code previous}
     * @throws dev.prebake.plan.RollbackImpossibleException when the workflow would refuse it
     * @throws OperateException when the snapshot is published already, the cache has published nothing, or AWS refuses to tell
     */
    public RollbackPlan rollback(Cache cache, String to) {
        Publications publications = new Publications(ssm);
        Publications.Published published = publications.now(cache);
        EarlierSnapshot target = targets(cache).target(to);
        return RollbackPlan.of(
                deployment,
                cache,
                published,
                target,
                publications.manifests(cache).get(target.snapshot().snapshotId()));
    }

    private RollbackTargets targets(Cache cache) {
        return AwsCalls.call(
                "Looking at the snapshots of the cache " + cache.name() + " and what it has published",
                () -> RollbackTargets.read(ec2, ssm, cache.name(), cache.parameterName(), deployment.kmsKeyArn()));
    }

    private static CacheReport.Snapshot snapshot(EarlierSnapshot earlier) {
        BakedSnapshot snapshot = earlier.snapshot();
        return new CacheReport.Snapshot(
                snapshot.startedAt(),
                snapshot.volumeSizeGiB(),
                snapshot.usedBytes(),
                snapshot.base(),
                earlier.fingerprint(),
                earlier.kmsKeyArn());
    }

    private CacheReport.Origin origin(String name) {
        return new CacheReport.Origin(
                name,
                new Executions(states, deployment.stateMachineArn()).find(name).orElse(null));
    }

    private static CacheReport.FastRestore fastRestore(DescribeFastSnapshotRestoreSuccessItem restore) {
        @Nullable Instant since = switch (restore.state()) {
            case ENABLING -> restore.enablingTime();
            case OPTIMIZING -> restore.optimizingTime();
            case ENABLED -> restore.enabledTime();
            case DISABLING, DISABLED, UNKNOWN_TO_SDK_VERSION -> null;
        };
        return new CacheReport.FastRestore(
                restore.snapshotId(), restore.availabilityZone(), restore.stateAsString(), since);
    }

    /** The published one first; of the others each adds what it doesn't share with it. */
    private static List<MonthlyCost.Kept> kept(String publishedId, List<EarlierSnapshot> snapshots) {
        return snapshots.stream()
                .map(EarlierSnapshot::snapshot)
                .map(snapshot -> new MonthlyCost.Kept(
                        snapshot.snapshotId(),
                        snapshot.volumeSizeGiB(),
                        snapshot.usedBytes(),
                        snapshot.snapshotId().equals(publishedId)))
                .sorted(Comparator.comparing(MonthlyCost.Kept::isPublished).reversed())
                .toList();
    }

    private static List<CacheReport.RollbackTarget> rollbackTargets(
            RollbackTargets targets, Map<String, Manifest> manifests) {
        Optional<EarlierSnapshot> previous = targets.previous();
        return targets.possible().stream()
                .map(earlier -> new CacheReport.RollbackTarget(
                        earlier.snapshot().snapshotId(),
                        earlier.snapshot().startedAt(),
                        earlier.snapshot().execution(),
                        previous.filter(earlier::equals).isPresent(),
                        Optional.ofNullable(manifests.get(earlier.snapshot().snapshotId()))
                                .map(Manifest::images)
                                .orElse(List.of())))
                .toList();
    }
}
