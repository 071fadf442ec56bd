package dev.prebake.test;

import dev.prebake.kernel.Json;
import dev.prebake.lab.cloud.Lab;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;

/** What the lab's account holds, and what of it costs money for nothing or tells an untruth. */
final class Ledger {
    private static final Set<FastSnapshotRestoreStateCode> ON = Set.of(
            FastSnapshotRestoreStateCode.ENABLING,
            FastSnapshotRestoreStateCode.OPTIMIZING,
            FastSnapshotRestoreStateCode.ENABLED);

    private final Lab lab;
    /** IDs of things that are meant to be there. */
    private final Set<String> exempt;

    Ledger(Lab lab, Set<String> exempt) {
        this.lab = lab;
        this.exempt = exempt;
    }

    /** Instances that are billed. */
    List<Instance> instances() {
        return lab.ec2().describeInstances(DescribeInstancesRequest.builder().build()).reservations().stream()
                .flatMap(reservation -> reservation.instances().stream())
                .filter(instance -> instance.state().name() != InstanceStateName.TERMINATED
                        && instance.state().name() != InstanceStateName.SHUTTING_DOWN)
                .filter(instance -> !exempt.contains(instance.instanceId()))
                .toList();
    }

    List<Volume> volumes() {
        return lab.ec2().describeVolumes(DescribeVolumesRequest.builder().build()).volumes().stream()
                .filter(volume -> !exempt.contains(volume.volumeId()))
                .toList();
    }

    List<Snapshot> snapshots() {
        return lab.ec2()
                .describeSnapshots(DescribeSnapshotsRequest.builder().build())
                .snapshots();
    }

    /** Fast Snapshot Restores that are billed. */
    List<DescribeFastSnapshotRestoreSuccessItem> fastRestores() {
        return lab
                .ec2()
                .describeFastSnapshotRestores(
                        DescribeFastSnapshotRestoresRequest.builder().build())
                .fastSnapshotRestores()
                .stream()
                .filter(restore -> ON.contains(restore.state()))
                .toList();
    }

    /** A parameter's value; absent when there is none. */
    @Nullable String parameter(String name) {
        try {
            return lab.ssm()
                    .getParameter(GetParameterRequest.builder().name(name).build())
                    .parameter()
                    .value();
        } catch (ParameterNotFoundException _) {
            return null;
        }
    }

    /**
     * What is wrong with it now that nothing runs any more: empty when nothing is.
     *
     * @param parameterName where the cache publishes
     * @param before what was published there before
     * @param zones where Fast Snapshot Restore is wanted on what is published new
     */
    List<String> problems(String parameterName, @Nullable String before, Set<String> zones) {
        List<String> problems = new ArrayList<>();
        instances()
                .forEach(instance -> problems.add("instance " + instance.instanceId() + " is "
                        + instance.state().nameAsString()));
        volumes().forEach(volume -> problems.add("volume " + volume.volumeId() + " is " + volume.stateAsString()));
        for (Snapshot snapshot : snapshots()) {
            if (snapshot.state() != SnapshotState.COMPLETED) {
                problems.add("snapshot " + snapshot.snapshotId() + " is " + snapshot.stateAsString());
            }
        }
        String published = parameter(parameterName);
        for (var restore : fastRestores()) {
            if (!restore.snapshotId().equals(published)) {
                problems.add("Fast Snapshot Restore is " + restore.stateAsString() + " in " + restore.availabilityZone()
                        + " on " + restore.snapshotId() + ", which isn't published");
            }
        }
        if (!Objects.equals(published, before)) {
            problems.addAll(problemsOfNew(String.valueOf(published), zones));
        }
        problems.addAll(problemsOfManifest(parameterName, published, before));
        return problems;
    }

    private List<String> problemsOfNew(String published, Set<String> zones) {
        List<String> problems = new ArrayList<>();
        if (snapshots().stream()
                .noneMatch(snapshot ->
                        snapshot.snapshotId().equals(published) && snapshot.state() == SnapshotState.COMPLETED)) {
            problems.add(published + " is published, and is no completed snapshot");
        }
        Set<String> ready = new TreeSet<>();
        fastRestores().stream()
                .filter(restore -> restore.snapshotId().equals(published)
                        && restore.state() == FastSnapshotRestoreStateCode.ENABLED)
                .forEach(restore -> ready.add(restore.availabilityZone()));
        if (!ready.containsAll(zones)) {
            problems.add(published + " is published, and is fast to restore in " + ready + ", not in " + zones);
        }
        return problems;
    }

    /** The manifest is of the published snapshot, or of a whole one that could not be published after it. */
    private List<String> problemsOfManifest(String parameterName, @Nullable String published, @Nullable String before) {
        String manifest = parameter(parameterName + "/manifest");
        if (manifest == null || published == null || !published.startsWith("snap-")) {
            return List.of();
        }
        try {
            String of = Json.mapper().readTree(manifest).path("snapshotId").asText();
            boolean notPublished = Objects.equals(published, before)
                    && snapshots().stream()
                            .anyMatch(snapshot ->
                                    snapshot.snapshotId().equals(of) && snapshot.state() == SnapshotState.COMPLETED);
            return of.equals(published) || notPublished
                    ? List.of()
                    : List.of("the manifest is of " + of + ", and " + published + " is published");
        } catch (IOException e) {
            return List.of("the manifest can't be read: " + e.getMessage());
        }
    }
}
