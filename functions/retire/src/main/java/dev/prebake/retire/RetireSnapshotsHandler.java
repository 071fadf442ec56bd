package dev.prebake.retire;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.FastRestores;
import dev.prebake.kernel.StateHandler;
import dev.prebake.kernel.Tags;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;

/**
 * Takes Fast Snapshot Restore from a cache's superseded snapshots, keeps the newest of them and deletes the rest, never one in
 * use, and never one that isn't the cache's own.
 */
public final class RetireSnapshotsHandler extends StateHandler<RetireRequest, RetiredSnapshots> {
    private final Ec2Client ec2;

    /** Makes the handler with its SDK client. */
    public RetireSnapshotsHandler() {
        this(AwsClients.of(Ec2Client.builder()));
    }

    RetireSnapshotsHandler(Ec2Client ec2) {
        super(RetireRequest.class);
        this.ec2 = ec2;
    }

    /**
     * Retires what the retention lets go, or says what that would be.
     *
     * @throws FastRestoreNotDisabledException when AWS refuses to disable Fast Snapshot Restore on a superseded one
     */
    @Override
    protected RetiredSnapshots handle(RetireRequest request) {
        var retention = new Retention(request.retainSnapshots(), request.publishedSnapshotId());
        List<Snapshot> newestFirst = completed(request.cacheName());
        List<String> ids = newestFirst.stream().map(Snapshot::snapshotId).toList();
        Map<String, List<String>> superseded = FastRestores.superseded(ec2, newestFirst, request.publishedSnapshotId());
        Map<String, String> uses = new HashMap<>(new SnapshotUses(ec2).of(retention.candidates(ids)));
        Retention.Decision decision = retention.decide(ids, uses);
        if (!request.dryRun()) {
            // The new snapshot is published by now, so no node goes without.
            superseded.forEach(this::disableFastRestore);
            for (RetiredSnapshot snapshot : decision.retired()) {
                retire(snapshot.snapshotId()).ifPresent(words -> uses.put(snapshot.snapshotId(), words));
            }
            decision = retention.decide(ids, uses);
        }
        return new RetiredSnapshots(request.dryRun(), decision.retired(), decision.kept(), superseded);
    }

    private List<Snapshot> completed(String cacheName) {
        var describe = DescribeSnapshotsRequest.builder()
                .ownerIds("self")
                .filters(filter("tag:" + Tags.CACHE, cacheName), filter("status", SnapshotState.COMPLETED.toString()))
                .build();
        return ec2.describeSnapshotsPaginator(describe).stream()
                .flatMap(page -> page.snapshots().stream())
                .sorted(Comparator.comparing(Snapshot::startTime)
                        .thenComparing(Snapshot::snapshotId)
                        .reversed())
                .toList();
    }

    /** Deletes the snapshot; EC2's reason, when something that EC2 knows has come to use it. */
    private Optional<String> retire(String snapshotId) {
        try {
            ec2.deleteSnapshot(
                    DeleteSnapshotRequest.builder().snapshotId(snapshotId).build());
            return Optional.empty();
        } catch (Ec2Exception e) {
            return switch (AwsError.of(e)) {
                case NOT_FOUND -> Optional.empty();
                case IN_USE -> Optional.of("EC2 says that it is in use: " + AwsError.describe(e));
                default -> throw e;
            };
        }
    }

    private void disableFastRestore(String snapshotId, List<String> zones) {
        List<String> refused = FastRestores.disable(ec2, snapshotId, zones);
        if (!refused.isEmpty()) {
            throw new FastRestoreNotDisabledException(snapshotId, refused);
        }
    }

    private static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }
}
