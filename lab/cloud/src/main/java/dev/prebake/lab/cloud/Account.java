package dev.prebake.lab.cloud;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** The lab's account: what EC2 and SSM have stored, written to disk with every change. */
final class Account {
    /** The account number that documentation uses. */
    static final String ID = "123456789012";

    static final String REGION = "us-east-1";

    private final JsonFile<LabState> file;
    private final Map<String, StoredSnapshot> snapshots = new ConcurrentHashMap<>();
    private final Map<String, FastRestore> fastRestores = new ConcurrentHashMap<>();
    private final Map<String, StoredParameter> parameters = new ConcurrentHashMap<>();

    /** Opens the account that the file holds, or a new one. */
    Account(JsonFile<LabState> file) {
        this.file = file;
        LabState state = file.read().orElseGet(LabState::empty);
        state.snapshots().forEach(snapshot -> snapshots.put(snapshot.snapshotId(), snapshot));
        state.fastRestores().forEach(restore -> fastRestores.put(key(restore), restore));
        state.parameters().forEach(parameter -> parameters.put(parameter.name(), parameter));
    }

    /** All snapshots, oldest first. */
    List<StoredSnapshot> snapshots() {
        return snapshots.values().stream()
                .sorted(Comparator.comparing(StoredSnapshot::startedAt).thenComparing(StoredSnapshot::snapshotId))
                .toList();
    }

    Optional<StoredSnapshot> snapshot(String snapshotId) {
        return Optional.ofNullable(snapshots.get(snapshotId));
    }

    synchronized void add(StoredSnapshot snapshot) {
        snapshots.put(snapshot.snapshotId(), snapshot);
        save();
    }

    /** Changes a snapshot that still is there; one that was deleted meanwhile stays deleted. */
    synchronized boolean change(String snapshotId, UnaryOperator<StoredSnapshot> change) {
        StoredSnapshot snapshot = snapshots.get(snapshotId);
        if (snapshot == null) {
            return false;
        }
        snapshots.put(snapshotId, change.apply(snapshot));
        save();
        return true;
    }

    synchronized void removeSnapshot(String snapshotId) {
        snapshots.remove(snapshotId);
        fastRestores.values().removeIf(restore -> restore.snapshotId().equals(snapshotId));
        save();
    }

    List<FastRestore> fastRestores() {
        return fastRestores.values().stream()
                .sorted(Comparator.comparing(FastRestore::snapshotId).thenComparing(FastRestore::availabilityZone))
                .toList();
    }

    Optional<FastRestore> fastRestore(String snapshotId, String zone) {
        return Optional.ofNullable(fastRestores.get(snapshotId + "/" + zone));
    }

    synchronized void put(FastRestore restore) {
        fastRestores.put(key(restore), restore);
        save();
    }

    Optional<StoredParameter> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    synchronized void put(StoredParameter parameter) {
        parameters.put(parameter.name(), parameter);
        save();
    }

    private void save() {
        file.write(new LabState(
                snapshots(),
                fastRestores(),
                parameters.values().stream()
                        .sorted(Comparator.comparing(StoredParameter::name))
                        .toList()));
    }

    private static String key(FastRestore restore) {
        return restore.snapshotId() + "/" + restore.availabilityZone();
    }
}
