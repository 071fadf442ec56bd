package dev.prebake.cleanup;

import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.FastRestores;
import dev.prebake.kernel.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Volume;

/** One pass over all that carries an execution's tag. What AWS refuses doesn't keep the rest from going. */
final class Sweep {
    private final Ec2Client ec2;
    private final Filter[] filters;
    private final boolean dryRun;
    private final List<Removal> removals = new ArrayList<>();
    private final List<Leftover> left = new ArrayList<>();

    /**
     * Begins one.
     *
     * @param cacheName name of the cache whose things alone are meant; absent for all that the execution made
     */
    Sweep(Ec2Client ec2, String execution, @Nullable String cacheName) {
        this(ec2, execution, cacheName, false);
    }

    /**
     * Begins one.
     *
     * @param dryRun whether it only notes what it would remove
     */
    Sweep(Ec2Client ec2, String execution, @Nullable String cacheName, boolean dryRun) {
        this.ec2 = ec2;
        this.dryRun = dryRun;
        Filter ofExecution = filter("tag:" + Tags.EXECUTION, execution);
        this.filters = cacheName == null
                ? new Filter[] {ofExecution}
                : new Filter[] {ofExecution, filter("tag:" + Tags.CACHE, cacheName)};
    }

    /**
     * Something that has been removed, or would be.
     *
     * @param id its ID
     * @param standing how it stood
     */
    record Removal(String id, String standing) {}

    /** What has been removed, or would be. */
    List<Removal> removals() {
        return List.copyOf(removals);
    }

    /** Its IDs. */
    List<String> removed() {
        return removals.stream().map(Removal::id).toList();
    }

    /** What must be looked at again: also what was removed, until AWS no longer shows it. */
    List<Leftover> left() {
        return List.copyOf(left);
    }

    /** Terminates the execution's instances. */
    void instances() {
        var describe = DescribeInstancesRequest.builder().filters(filters).build();
        List<Instance> instances = ec2.describeInstancesPaginator(describe).stream()
                .flatMap(page -> page.reservations().stream())
                .flatMap(reservation -> reservation.instances().stream())
                .toList();
        for (Instance instance : instances) {
            String id = instance.instanceId();
            dispose(
                    id,
                    instance.state().nameAsString(),
                    Disposal.of(instance.state().name()),
                    () -> ec2.terminateInstances(
                            TerminateInstancesRequest.builder().instanceIds(id).build()));
        }
    }

    /** Deletes the execution's volumes, as soon as no instance has them attached. */
    void volumes() {
        var describe = DescribeVolumesRequest.builder().filters(filters).build();
        List<Volume> volumes = ec2.describeVolumesPaginator(describe).stream()
                .flatMap(page -> page.volumes().stream())
                .toList();
        for (Volume volume : volumes) {
            String id = volume.volumeId();
            dispose(
                    id,
                    volume.stateAsString(),
                    Disposal.of(volume.state()),
                    () -> ec2.deleteVolume(
                            DeleteVolumeRequest.builder().volumeId(id).build()));
        }
    }

    /**
     * Deletes the execution's unfinished snapshots, and disables Fast Snapshot Restore on finished ones, and on what the published
     * one has superseded, in case it was the execution that published it.
     *
     * @param publishedSnapshotId asked only when it matters
     */
    void snapshots(CleanUpRequest request, Supplier<String> publishedSnapshotId) {
        Set<String> finished = new TreeSet<>(unfinishedSnapshots());
        if (request.snapshotId() != null) {
            finished.add(request.snapshotId());
        }
        if (finished.isEmpty()) {
            return;
        }
        String published = publishedSnapshotId.get();
        Map<String, List<String>> zones =
                new TreeMap<>(FastRestores.superseded(ec2, completed(request.cacheName()), published));
        zones.putAll(FastRestores.byZone(FastRestores.on(ec2, finished)));
        zones.remove(published);
        zones.forEach(this::disableFastRestore);
    }

    private List<Snapshot> completed(String cacheName) {
        var describe = DescribeSnapshotsRequest.builder()
                .ownerIds("self")
                .filters(filter("tag:" + Tags.CACHE, cacheName), filter("status", SnapshotState.COMPLETED.toString()))
                .build();
        return ec2.describeSnapshotsPaginator(describe).stream()
                .flatMap(page -> page.snapshots().stream())
                .toList();
    }

    /**
     * Deletes the execution's unfinished snapshots.
     *
     * @return IDs of the finished ones
     */
    List<String> unfinishedSnapshots() {
        var describe = DescribeSnapshotsRequest.builder()
                .ownerIds("self")
                .filters(filters)
                .build();
        List<Snapshot> snapshots = ec2.describeSnapshotsPaginator(describe).stream()
                .flatMap(page -> page.snapshots().stream())
                .toList();
        for (Snapshot snapshot : snapshots) {
            String id = snapshot.snapshotId();
            dispose(
                    id,
                    snapshot.stateAsString(),
                    Disposal.of(snapshot.state()),
                    () -> ec2.deleteSnapshot(
                            DeleteSnapshotRequest.builder().snapshotId(id).build()));
        }
        return snapshots.stream()
                .filter(snapshot -> snapshot.state() == SnapshotState.COMPLETED)
                .map(Snapshot::snapshotId)
                .toList();
    }

    /** Disables Fast Snapshot Restore; zones that AWS lists as unsuccessful show again at the next look. */
    void disableFastRestore(String snapshotId, List<String> zones) {
        remove(
                snapshotId,
                "Fast Snapshot Restore on in " + String.join(", ", zones),
                () -> FastRestores.disable(ec2, snapshotId, zones));
    }

    private void dispose(String id, String state, Disposal disposal, Runnable removal) {
        switch (disposal) {
            case LEAVE -> {
                // Nothing to do.
            }
            case WAIT -> left.add(new Leftover(id, state, false));
            case REMOVE -> remove(id, state, removal);
        }
    }

    private void remove(String id, String state, Runnable removal) {
        if (dryRun) {
            removals.add(new Removal(id, state));
            return;
        }
        try {
            removal.run();
            removals.add(new Removal(id, state));
            left.add(new Leftover(id, state + ", its removal begun", false));
        } catch (Ec2Exception e) {
            AwsError error = AwsError.of(e);
            if (error != AwsError.NOT_FOUND) {
                left.add(new Leftover(
                        id, state + "; " + AwsError.describe(e), !error.isTransient() && error != AwsError.IN_USE));
            }
        }
    }

    private static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }
}
