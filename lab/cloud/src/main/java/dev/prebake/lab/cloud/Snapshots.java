package dev.prebake.lab.cloud;

import dev.prebake.lab.host.DataPlane;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotAttributeName;
import software.amazon.awssdk.services.ec2.model.SnapshotState;

/** EC2's snapshots, over the data plane's copies. */
final class Snapshots {
    private static final ResourceFilter<StoredSnapshot> FILTER = new ResourceFilter<>(
            Map.of(
                    "snapshot-id", snapshot -> List.of(snapshot.snapshotId()),
                    "volume-id", snapshot -> List.of(snapshot.volumeId()),
                    "status", snapshot -> List.of(state(snapshot).toString()),
                    "description", snapshot -> List.of(snapshot.description())),
            snapshot -> ResourceTags.answer(snapshot.tags()));

    private static final Logger LOG = System.getLogger(Snapshots.class.getName());

    private final Account account;
    private final DataPlane plane;
    private final Volumes volumes;
    private final Background background;
    private final FaultPlan faults;
    private final LabImages images;
    private final Map<String, Future<?>> copies = new ConcurrentHashMap<>();
    /** With whom they are shared, in memory alone. */
    private final Map<String, Set<CreateVolumePermission>> shares = new ConcurrentHashMap<>();

    Snapshots(
            Account account,
            DataPlane plane,
            Volumes volumes,
            LabImages images,
            Background background,
            FaultPlan faults) {
        this.account = account;
        this.plane = plane;
        this.volumes = volumes;
        this.images = images;
        this.background = background;
        this.faults = faults;
    }

    CreateSnapshotResponse create(CreateSnapshotRequest request) {
        LabVolume volume = volumes.existing(request.volumeId());
        StoredSnapshot snapshot = new StoredSnapshot(
                ResourceIds.next("snap"),
                volume.volumeId(),
                volume.sizeGiB(),
                request.description() == null ? "" : request.description(),
                background.clock().instant(),
                null,
                null,
                volume.kmsKeyId(),
                ResourceTags.of(request.tagSpecifications(), ResourceType.SNAPSHOT));
        account.add(snapshot);
        // EBS fixes the point in time at once and reads the blocks later. A copied file can't do that, so whoever
        // writes to
        // the volume meanwhile may be seen in it; a bake has unmounted its volume by then.
        CompletableFuture<Void> copied = new CompletableFuture<>();
        copies.put(snapshot.snapshotId(), copied);
        background.run("copy of " + volume.volumeId() + " to " + snapshot.snapshotId(), () -> {
            try {
                copy(snapshot);
            } finally {
                copied.complete(null);
            }
        });
        return CreateSnapshotResponse.builder()
                .snapshotId(snapshot.snapshotId())
                .volumeId(snapshot.volumeId())
                .volumeSize(snapshot.volumeSizeGiB())
                .description(snapshot.description())
                .startTime(snapshot.startedAt())
                .state(SnapshotState.PENDING)
                .progress("0%")
                .ownerId(Account.ID)
                .encrypted(true)
                .kmsKeyId(snapshot.kmsKeyId())
                .tags(ResourceTags.answer(snapshot.tags()))
                .build();
    }

    DescribeSnapshotsResponse describe(DescribeSnapshotsRequest request) {
        List<StoredSnapshot> asked = request.snapshotIds().isEmpty()
                ? account.snapshots()
                : request.snapshotIds().stream().map(this::existing).toList();
        Page<StoredSnapshot> page = AwsAnswers.ec2Page(
                FILTER.passing(asked, request.filters()),
                StoredSnapshot::snapshotId,
                request.maxResults(),
                AwsAnswers.EC2_LEAST,
                request.nextToken());
        return DescribeSnapshotsResponse.builder()
                .snapshots(page.items().stream().map(Snapshots::answer).toList())
                .nextToken(page.nextToken())
                .build();
    }

    DeleteSnapshotResponse delete(DeleteSnapshotRequest request) {
        StoredSnapshot snapshot = existing(request.snapshotId());
        images.requireUnused(snapshot.snapshotId());
        // As at EBS: deleting one in progress takes effect when it is complete.
        finishCopyTo(snapshot.snapshotId());
        account.removeSnapshot(snapshot.snapshotId());
        plane.deleteSnapshot(snapshot.snapshotId());
        return DeleteSnapshotResponse.builder().build();
    }

    /** Shares a snapshot, or takes that back. */
    synchronized ModifySnapshotAttributeResponse modify(ModifySnapshotAttributeRequest request) {
        StoredSnapshot snapshot = existing(request.snapshotId());
        Set<CreateVolumePermission> changed = new LinkedHashSet<>(shares.getOrDefault(snapshot.snapshotId(), Set.of()));
        changed.addAll(request.createVolumePermission().add());
        request.createVolumePermission().remove().forEach(changed::remove);
        shares.put(snapshot.snapshotId(), changed);
        return ModifySnapshotAttributeResponse.builder().build();
    }

    DescribeSnapshotAttributeResponse describe(DescribeSnapshotAttributeRequest request) {
        if (request.attribute() != SnapshotAttributeName.CREATE_VOLUME_PERMISSION) {
            throw AwsAnswers.ec2(
                    "InvalidParameterValue",
                    "The attribute '" + request.attributeAsString()
                            + "' is not one of the lab's: createVolumePermission.");
        }
        StoredSnapshot snapshot = existing(request.snapshotId());
        return DescribeSnapshotAttributeResponse.builder()
                .snapshotId(snapshot.snapshotId())
                .createVolumePermissions(shares.getOrDefault(snapshot.snapshotId(), Set.of()))
                .build();
    }

    /** Waits until no copy reads from the volume any more, so that it can go. */
    void finishCopiesOf(String volumeId) {
        account.snapshots().stream()
                .filter(snapshot -> snapshot.volumeId().equals(volumeId))
                .forEach(snapshot -> finishCopyTo(snapshot.snapshotId()));
    }

    private void finishCopyTo(String snapshotId) {
        Future<?> copy = copies.get(snapshotId);
        if (copy == null) {
            return;
        }
        try {
            copy.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("Interrupted while waiting for the copy to " + snapshotId + " to end.", e);
        } catch (ExecutionException e) {
            throw new LabException("The copy to " + snapshotId + " failed: " + e.getCause(), e);
        }
    }

    private void copy(StoredSnapshot snapshot) {
        if (faults.strikes(ThingFault.SNAPSHOT_STALLS)) {
            return;
        }
        try {
            if (faults.strikes(ThingFault.SNAPSHOT_FAILS)) {
                throw new LabException("Internal error", null);
            }
            plane.createSnapshot(snapshot.snapshotId(), snapshot.volumeId());
            background.after(
                    faults.pace().copy(),
                    "completion of " + snapshot.snapshotId(),
                    () -> account.change(
                            snapshot.snapshotId(),
                            pending -> pending.completed(background.clock().instant())));
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "The copy to " + snapshot.snapshotId() + " failed.", e);
            account.change(snapshot.snapshotId(), pending -> pending.failed(String.valueOf(e.getMessage())));
        }
    }

    private StoredSnapshot existing(String snapshotId) {
        return account.snapshot(snapshotId)
                .orElseThrow(() -> AwsAnswers.ec2(
                        "InvalidSnapshot.NotFound", "The snapshot '" + snapshotId + "' does not exist."));
    }

    private static SnapshotState state(StoredSnapshot snapshot) {
        if (snapshot.failure() != null) {
            return SnapshotState.ERROR;
        }
        return snapshot.completedAt() == null ? SnapshotState.PENDING : SnapshotState.COMPLETED;
    }

    private static Snapshot answer(StoredSnapshot snapshot) {
        SnapshotState state = state(snapshot);
        return Snapshot.builder()
                .snapshotId(snapshot.snapshotId())
                .volumeId(snapshot.volumeId())
                .volumeSize(snapshot.volumeSizeGiB())
                .description(snapshot.description())
                .startTime(snapshot.startedAt())
                .completionTime(snapshot.completedAt())
                .state(state)
                .stateMessage(snapshot.failure())
                .progress(state == SnapshotState.COMPLETED ? "100%" : "0%")
                .ownerId(Account.ID)
                .encrypted(true)
                .kmsKeyId(snapshot.kmsKeyId())
                .tags(ResourceTags.answer(snapshot.tags()))
                .build();
    }
}
