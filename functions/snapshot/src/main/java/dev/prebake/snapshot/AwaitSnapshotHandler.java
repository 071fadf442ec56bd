package dev.prebake.snapshot;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.Poll;
import dev.prebake.kernel.StateHandler;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Snapshot;

/** Asks whether the snapshot is complete; when it is, deletes the volume. */
public final class AwaitSnapshotHandler extends StateHandler<AwaitSnapshotRequest, AwaitedSnapshot> {
    /** An instance lets go of its volumes within seconds of its end. */
    private static final int WAIT_FOR_DETACH_SECONDS = 5;

    private final Ec2Client ec2;

    /** Makes the handler with its SDK client. */
    public AwaitSnapshotHandler() {
        this(AwsClients.of(Ec2Client.builder()));
    }

    AwaitSnapshotHandler(Ec2Client ec2) {
        super(AwaitSnapshotRequest.class);
        this.ec2 = ec2;
    }

    /**
     * Looks once.
     *
     * @throws SnapshotFailedException when EBS gave the snapshot up
     * @throws SnapshotTimedOutException when it isn't complete, or its volume still in use, after three hours
     */
    @Override
    protected AwaitedSnapshot handle(AwaitSnapshotRequest request) {
        String id = request.snapshot().snapshotId();
        var poll = new Poll(request.startedAt(), request.now());
        var sight = new SnapshotSight(id, snapshot(id));
        if (!sight.isComplete(poll)) {
            return new AwaitedSnapshot(false, poll.waitSeconds(2, 30), sight.progressPercent());
        }
        if (deleteVolume(request.volumeId())) {
            return new AwaitedSnapshot(true, null, sight.progressPercent());
        }
        if (poll.isPast(SnapshotSight.DEADLINE)) {
            throw new SnapshotTimedOutException(
                    id, poll.elapsed(), "complete, but its volume " + request.volumeId() + " is still in use");
        }
        return new AwaitedSnapshot(false, WAIT_FOR_DETACH_SECONDS, sight.progressPercent());
    }

    private @Nullable Snapshot snapshot(String id) {
        var describe = DescribeSnapshotsRequest.builder().snapshotIds(id).build();
        try {
            return ec2.describeSnapshots(describe).snapshots().stream()
                    .findFirst()
                    .orElse(null);
        } catch (Ec2Exception e) {
            if (AwsError.of(e) == AwsError.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    /** Whether the volume is gone; it isn't while the builder that has it attached is ending. */
    private boolean deleteVolume(String id) {
        try {
            ec2.deleteVolume(DeleteVolumeRequest.builder().volumeId(id).build());
            return true;
        } catch (Ec2Exception e) {
            return switch (AwsError.of(e)) {
                case NOT_FOUND -> true;
                case IN_USE -> false;
                default -> throw e;
            };
        }
    }
}
