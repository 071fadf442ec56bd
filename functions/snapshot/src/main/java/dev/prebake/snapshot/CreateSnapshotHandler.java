package dev.prebake.snapshot;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.BakedSnapshot;
import dev.prebake.kernel.StateHandler;
import dev.prebake.kernel.Tags;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;

/** Begins the snapshot of the baked volume, and ends the builder, which isn't needed from then on. */
public final class CreateSnapshotHandler extends StateHandler<SnapshotOrder, BakedSnapshot> {
    private final Ec2Client ec2;

    /** Makes the handler with its SDK client. */
    public CreateSnapshotHandler() {
        this(AwsClients.once(Ec2Client.builder()));
    }

    CreateSnapshotHandler(Ec2Client ec2) {
        super(SnapshotOrder.class);
        this.ec2 = ec2;
    }

    /** Begins the snapshot, or finds the one that an earlier try of this state has begun. */
    @Override
    protected BakedSnapshot handle(SnapshotOrder order) {
        BakedSnapshot snapshot = begunBefore(order).orElseGet(() -> begin(order));
        terminate(order.builder().instanceId());
        return snapshot;
    }

    /** CreateSnapshot has no client token, so a lost answer is looked up by the execution's tag. */
    private Optional<BakedSnapshot> begunBefore(SnapshotOrder order) {
        var describe = DescribeSnapshotsRequest.builder()
                .ownerIds("self")
                .filters(filter("tag:" + Tags.EXECUTION, order.execution()))
                .build();
        return ec2.describeSnapshotsPaginator(describe).stream()
                .flatMap(page -> page.snapshots().stream())
                .filter(snapshot -> snapshot.state() != SnapshotState.ERROR)
                .findFirst()
                .map((Snapshot snapshot) ->
                        baked(order, snapshot.snapshotId(), snapshot.volumeSize(), snapshot.startTime()));
    }

    private BakedSnapshot begin(SnapshotOrder order) {
        CreateSnapshotResponse begun = ec2.createSnapshot(order.toRequest());
        return baked(order, begun.snapshotId(), begun.volumeSize(), begun.startTime());
    }

    private static BakedSnapshot baked(SnapshotOrder order, String snapshotId, Integer sizeGiB, Instant startedAt) {
        return new BakedSnapshot(
                snapshotId,
                Objects.requireNonNullElse(sizeGiB, order.plan().volume().sizeGiB()),
                order.report().volume().usedBytes(),
                order.report().keptBase(),
                order.execution(),
                startedAt);
    }

    private void terminate(String instanceId) {
        var terminate =
                TerminateInstancesRequest.builder().instanceIds(instanceId).build();
        try {
            ec2.terminateInstances(terminate);
        } catch (Ec2Exception e) {
            if (AwsError.of(e) != AwsError.NOT_FOUND) {
                throw e;
            }
        }
    }

    private static Filter filter(String name, String value) {
        return Filter.builder().name(name).values(value).build();
    }
}
