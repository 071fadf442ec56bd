package dev.prebake.test;

import dev.prebake.kernel.Tags;
import dev.prebake.lab.cloud.Lab;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ec2.model.VolumeState;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;

/** The scenarios' caches in a lab's account: made once, and put right again after each run. */
final class Caches {
    private final Lab lab;
    private final Ledger ledger;
    private final Baker baker;
    private final Map<Scenario, Prepared> prepared = new EnumMap<>(Scenario.class);

    /** A cache as a run finds it. */
    record Prepared(Set<String> snapshots, @Nullable String published, String manifest) {}

    /** Bakes an image for a scenario's cache, and waits for the end. */
    @FunctionalInterface
    interface Baker {
        void bake(Scenario scenario, String image) throws InterruptedException;
    }

    Caches(Lab lab, Ledger ledger, Baker baker) {
        this.lab = lab;
        this.ledger = ledger;
        this.baker = baker;
    }

    /** Makes the scenario's cache what it should be. */
    Prepared begin(Scenario scenario) throws InterruptedException {
        Prepared before = prepared.get(scenario);
        if (before == null || !isThere(before)) {
            before = prepare(scenario);
            prepared.put(scenario, before);
        }
        return before;
    }

    /** Removes whatever a run has left, and publishes again what was. */
    void restore(Scenario scenario, Prepared before) throws InterruptedException {
        for (Instance instance : ledger.instances()) {
            var terminate = TerminateInstancesRequest.builder()
                    .instanceIds(instance.instanceId())
                    .build();
            lab.ec2().terminateInstances(terminate);
        }
        for (List<Volume> left = ledger.volumes(); !left.isEmpty(); left = ledger.volumes()) {
            for (Volume volume : left) {
                if (volume.state() == VolumeState.AVAILABLE) {
                    lab.ec2()
                            .deleteVolume(DeleteVolumeRequest.builder()
                                    .volumeId(volume.volumeId())
                                    .build());
                } else {
                    Thread.sleep(1);
                }
            }
        }
        Set<String> others = new HashSet<>();
        prepared.values().forEach(each -> others.addAll(each.snapshots()));
        for (Snapshot snapshot : ledger.snapshots()) {
            if (!others.contains(snapshot.snapshotId()) && !before.snapshots().contains(snapshot.snapshotId())) {
                delete(snapshot.snapshotId());
            }
        }
        for (var restore : ledger.fastRestores()) {
            lab.ec2()
                    .disableFastSnapshotRestores(DisableFastSnapshotRestoresRequest.builder()
                            .sourceSnapshotIds(restore.snapshotId())
                            .availabilityZones(restore.availabilityZone())
                            .build());
        }
        put(scenario.parameter(), before.published());
        put(scenario.parameter() + "/manifest", before.manifest());
    }

    private boolean isThere(Prepared cache) {
        Set<String> present = new HashSet<>();
        ledger.snapshots().forEach(snapshot -> present.add(snapshot.snapshotId()));
        if (cache.published() != null && cache.snapshots().contains(cache.published())) {
            enable(cache.published());
        }
        return present.containsAll(cache.snapshots());
    }

    private Prepared prepare(Scenario scenario) throws InterruptedException {
        for (Snapshot snapshot : ledger.snapshots()) {
            if (snapshot.tags().stream()
                    .anyMatch(tag -> tag.key().equals(Tags.CACHE) && tag.value().equals(scenario.cache()))) {
                delete(snapshot.snapshotId());
            }
        }
        switch (scenario) {
            case BAKE -> {
                put(scenario.parameter(), "none");
                put(scenario.parameter() + "/manifest", "none");
            }
            case REUSE -> {
                baker.bake(scenario, "one");
                baker.bake(scenario, "two");
            }
            case BASE, ROLL_OUT -> baker.bake(scenario, "one");
            case RETIREMENT -> {
                baker.bake(scenario, "zero");
                baker.bake(scenario, "one");
            }
        }
        Set<String> snapshots = new HashSet<>();
        ledger.snapshots().stream()
                .filter(snapshot -> snapshot.tags().stream()
                        .anyMatch(tag ->
                                tag.key().equals(Tags.CACHE) && tag.value().equals(scenario.cache())))
                .forEach(snapshot -> snapshots.add(snapshot.snapshotId()));
        String published = ledger.parameter(scenario.parameter());
        if (snapshots.contains(published)) {
            enable(published);
        }
        return new Prepared(
                snapshots,
                published,
                Objects.requireNonNullElse(ledger.parameter(scenario.parameter() + "/manifest"), "none"));
    }

    private void enable(String snapshotId) {
        lab.ec2()
                .enableFastSnapshotRestores(EnableFastSnapshotRestoresRequest.builder()
                        .sourceSnapshotIds(snapshotId)
                        .availabilityZones(FaultLab.ZONES)
                        .build());
    }

    private void delete(String snapshotId) {
        lab.ec2()
                .deleteSnapshot(
                        DeleteSnapshotRequest.builder().snapshotId(snapshotId).build());
    }

    private void put(String name, @Nullable String value) {
        lab.ssm()
                .putParameter(PutParameterRequest.builder()
                        .name(name)
                        .value(value)
                        .overwrite(true)
                        .type("String")
                        .build());
    }
}
