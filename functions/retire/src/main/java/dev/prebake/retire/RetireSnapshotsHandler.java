package dev.prebake.retire;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.FastRestores;
import dev.prebake.kernel.StateHandler;
import dev.prebake.kernel.Tags;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.Volume;

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
     * Retires what the retention lets go.
     *
     * @throws FastRestoreNotDisabledException when AWS refuses to disable Fast Snapshot Restore on a superseded one
     */
    @Override
    protected RetiredSnapshots handle(RetireRequest request) {
        var retention = new Retention(request.retainSnapshots(), request.publishedSnapshotId());
        List<String> retired = new ArrayList<>();
        List<KeptSnapshot> kept = new ArrayList<>();
        List<Snapshot> newestFirst = completed(request.cacheName());
        disableFastRestores(newestFirst, request.publishedSnapshotId());
        for (int rank = 0; rank < newestFirst.size(); rank++) {
            String id = newestFirst.get(rank).snapshotId();
            Optional<String> reason = retention.reasonToKeep(id, rank, Optional.empty());
            if (reason.isEmpty()) {
                // Asked only now: most snapshots stay for the other reasons.
                reason = retention.reasonToKeep(id, rank, volumeMadeFrom(id));
            }
            if (reason.isEmpty()) {
                reason = retire(id);
            }
            if (reason.isPresent()) {
                kept.add(new KeptSnapshot(id, reason.get()));
            } else {
                retired.add(id);
            }
        }
        return new RetiredSnapshots(retired, kept);
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

    /** A node that boots from the volume reads blocks that EBS may not have loaded yet, for hours after its creation. */
    private Optional<String> volumeMadeFrom(String snapshotId) {
        var describe = DescribeVolumesRequest.builder()
                .filters(filter("snapshot-id", snapshotId))
                .build();
        return ec2.describeVolumesPaginator(describe).stream()
                .flatMap(page -> page.volumes().stream())
                .map(Volume::volumeId)
                .findFirst();
    }

    /** Deletes the snapshot; EC2's reason, when an AMI or something else that EC2 knows still uses it. */
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

    /** The new snapshot is published by now, so no node goes without. */
    private void disableFastRestores(List<Snapshot> completed, String published) {
        FastRestores.superseded(ec2, completed, published).forEach((id, zones) -> {
            List<String> refused = FastRestores.disable(ec2, id, zones);
            if (!refused.isEmpty()) {
                throw new FastRestoreNotDisabledException(id, refused);
            }
        });
    }

    private static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }
}
