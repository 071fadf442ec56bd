package dev.prebake.lab.cloud;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The lab's account: what EC2 and SSM have stored, written to disk with every change. */
final class Account {
    /** The account number that documentation uses. */
    static final String ID = "123456789012";

    static final String REGION = "us-east-1";

    private final JsonFile<LabState> file;
    private final Map<String, StoredSnapshot> snapshots = new ConcurrentHashMap<>();
    private final Map<String, FastRestore> fastRestores = new ConcurrentHashMap<>();
    private final Map<String, List<StoredParameter>> parameters = new ConcurrentHashMap<>();

    /** Opens the account that the file holds, or a new one. */
    Account(JsonFile<LabState> file) {
        this.file = file;
        LabState state = file.read().orElseGet(LabState::empty);
        state.snapshots().forEach(snapshot -> snapshots.put(snapshot.snapshotId(), snapshot));
        state.fastRestores().forEach(restore -> fastRestores.put(key(restore), restore));
        state.parameters().forEach(this::keep);
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
        List<StoredParameter> versions = versions(name);
        return versions.isEmpty() ? Optional.empty() : Optional.of(versions.getLast());
    }

    /** The versions of a parameter that are kept, oldest first; none when there is no such parameter. */
    List<StoredParameter> versions(String name) {
        return parameters.getOrDefault(name, List.of());
    }

    /** The names of all parameters, in their order. */
    List<String> parameterNames() {
        return List.copyOf(new TreeMap<>(parameters).keySet());
    }

    synchronized void put(StoredParameter parameter) {
        keep(parameter);
        save();
    }

    /** Takes a parameter with all of its versions away; false when there is none. */
    synchronized boolean removeParameter(String name) {
        boolean present = parameters.remove(name) != null;
        save();
        return present;
    }

    /** The newest versions are kept: the oldest goes as one more comes. */
    private void keep(StoredParameter parameter) {
        List<StoredParameter> versions = new ArrayList<>(versions(parameter.name()));
        versions.add(parameter);
        int surplus = Math.max(0, versions.size() - StoredParameter.MOST_VERSIONS);
        parameters.put(parameter.name(), List.copyOf(versions.subList(surplus, versions.size())));
    }

    /** The latest instant of lab time that is written here. */
    Optional<Instant> latest() {
        return Stream.concat(
                        snapshots.values().stream().map(StoredSnapshot::startedAt),
                        parameters.values().stream().flatMap(List::stream).map(StoredParameter::modifiedAt))
                .max(Comparator.naturalOrder());
    }

    private void save() {
        file.write(new LabState(
                snapshots(),
                fastRestores(),
                new TreeMap<>(parameters)
                        .values().stream().flatMap(List::stream).toList()));
    }

    private static String key(FastRestore restore) {
        return restore.snapshotId() + "/" + restore.availabilityZone();
    }
}
