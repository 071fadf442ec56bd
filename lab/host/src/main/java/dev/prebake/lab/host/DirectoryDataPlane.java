package dev.prebake.lab.host;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The data plane for hosts that can't have the real one: volumes are folders, snapshots copies of folders, machines
 * ordinary processes. Sizes are remembered, not enforced.
 */
public final class DirectoryDataPlane implements DataPlane {
    private static final String DATA = "data";
    private static final String SIZE = "size-gib";

    private final HomeLock lock;
    private final Path home;
    private final Vault volumes;
    private final Vault snapshots;
    private final Vault machineFolders;
    private final Map<String, ProcessMachine> machines = new ConcurrentHashMap<>();
    private final Map<String, String> attachments = new ConcurrentHashMap<>();

    DirectoryDataPlane(HomeLock lock) {
        this.lock = lock;
        // Apart from the real plane's, and from what is remembered of it: neither could use the other's.
        this.home = lock.home().resolve("directories");
        this.volumes = new Vault(home.resolve("volumes"), "volume", false);
        this.snapshots = new Vault(home.resolve("snapshots"), "snapshot", true);
        this.machineFolders = new Vault(home.resolve("machines"), "machine", false);
    }

    @Override
    public boolean real() {
        return false;
    }

    @Override
    public Path home() {
        return home;
    }

    @Override
    public Volume createVolume(String volumeId, int sizeGiB) {
        if (sizeGiB < 1) {
            throw new DataPlaneException(
                    "Volume %s can't have %d GiB: the smallest has 1 GiB.".formatted(volumeId, sizeGiB));
        }
        return volumeIn(volumes.create(volumeId, folder -> {
            Files.createDirectory(folder.resolve(DATA));
            Files.writeString(folder.resolve(SIZE), Integer.toString(sizeGiB));
        }));
    }

    @Override
    public Volume createVolume(String volumeId, int sizeGiB, String snapshotId) {
        Snapshot snapshot = snapshotIn(snapshots.get(snapshotId));
        if (sizeGiB < snapshot.sizeGiB()) {
            throw new DataPlaneException("Volume %s can't have %d GiB: snapshot %s is of a volume of %d GiB."
                    .formatted(volumeId, sizeGiB, snapshotId, snapshot.sizeGiB()));
        }
        return volumeIn(volumes.create(volumeId, folder -> {
            copyTree(snapshot.data(), folder.resolve(DATA));
            Files.writeString(folder.resolve(SIZE), Integer.toString(sizeGiB));
        }));
    }

    @Override
    public Optional<Volume> volume(String volumeId) {
        return volumes.find(volumeId).filter(DirectoryDataPlane::isWhole).map(DirectoryDataPlane::volumeIn);
    }

    @Override
    public List<Volume> volumes() {
        return volumes.ids().stream()
                .map(this::volume)
                .flatMap(Optional::stream)
                .toList();
    }

    /** What wrote to a volume until its machine's end may have done so once more after the volume was deleted. */
    private static boolean isWhole(Path folder) {
        return Files.exists(folder.resolve(SIZE));
    }

    private List<String> deleteRemnants() {
        List<String> remnants = volumes.ids().stream()
                .filter(id ->
                        volumes.find(id).filter(DirectoryDataPlane::isWhole).isEmpty())
                .toList();
        remnants.forEach(volumes::delete);
        return remnants;
    }

    private static Volume volumeIn(Path folder) {
        return new Volume(String.valueOf(folder.getFileName()), sizeGiB(folder), folder.resolve(DATA));
    }

    private static int sizeGiB(Path folder) {
        try {
            return Integer.parseInt(Files.readString(folder.resolve(SIZE)).strip());
        } catch (IOException e) {
            throw new DataPlaneException("The size of %s can't be read: %s".formatted(folder, Tool.reason(e)), e);
        }
    }

    @Override
    public boolean deleteVolume(String volumeId) {
        String machine = attachments.get(volumeId);
        if (machine != null) {
            throw new DataPlaneException(
                    "Volume %s can't be deleted while it is attached to %s: detach it or stop the machine."
                            .formatted(volumeId, machine));
        }
        return volumes.delete(volumeId);
    }

    @Override
    public Snapshot.Made createSnapshot(String snapshotId, String volumeId) {
        long start = System.nanoTime();
        Volume volume = volumeIn(volumes.get(volumeId));
        Path made = snapshots.create(snapshotId, folder -> {
            copyTree(volume.data(), folder.resolve(DATA));
            Files.writeString(folder.resolve(SIZE), Integer.toString(volume.sizeGiB()));
        });
        return new Snapshot.Made(snapshotIn(made), Duration.ofNanos(System.nanoTime() - start));
    }

    @Override
    public Optional<Snapshot> snapshot(String snapshotId) {
        return snapshots.find(snapshotId).map(DirectoryDataPlane::snapshotIn);
    }

    @Override
    public List<Snapshot> snapshots() {
        return snapshots.ids().stream()
                .map(this::snapshot)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Snapshot snapshotIn(Path folder) {
        Path data = folder.resolve(DATA);
        var used = new AtomicLong();
        try {
            Files.walkFileTree(data, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    used.addAndGet(attributes.size());
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new DataPlaneException("%s can't be read: %s".formatted(data, Tool.reason(e)), e);
        }
        return new Snapshot(String.valueOf(folder.getFileName()), sizeGiB(folder), used.get(), data);
    }

    @Override
    public boolean deleteSnapshot(String snapshotId) {
        return snapshots.delete(snapshotId);
    }

    private static void copyTree(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.copy(directory, to.resolve(from.relativize(directory)), StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(
                        file,
                        to.resolve(from.relativize(file)),
                        StandardCopyOption.COPY_ATTRIBUTES,
                        LinkOption.NOFOLLOW_LINKS);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public Machine startMachine(MachineSpec spec) {
        Path folder = machineFolders.create(spec.id(), empty -> {});
        var machine = new ProcessMachine(this, spec, folder);
        machines.put(spec.id(), machine);
        try {
            spec.volumeIds().forEach(machine::attach);
            return machine;
        } catch (RuntimeException e) {
            machine.stop(Duration.ofSeconds(1));
            throw e;
        }
    }

    void reserve(String volumeId, String machineId) {
        volumes.get(volumeId);
        String holder = attachments.putIfAbsent(volumeId, machineId);
        if (holder != null) {
            throw new DataPlaneException(
                    "Volume %s can't be attached to %s: it is attached to %s.".formatted(volumeId, machineId, holder));
        }
    }

    void release(String volumeId) {
        attachments.remove(volumeId);
    }

    void ended(ProcessMachine machine) {
        machines.remove(machine.id());
        machineFolders.delete(machine.id());
    }

    @Override
    public List<Machine> machines() {
        return List.copyOf(machines.values());
    }

    @Override
    public List<String> recover() {
        var removed = new ArrayList<String>();
        for (ProcessHandle process : ProcessTable.withVariablePrefix(NamespaceMachine.MARKER, home + "/")) {
            String command = process.info().command().orElse("unknown program");
            process.destroyForcibly();
            process.onExit().join();
            removed.add("Ended process %d (%s) of a machine that was cut off.".formatted(process.pid(), command));
        }
        for (String id : machineFolders.ids()) {
            machineFolders.delete(id);
            removed.add("Removed machine " + id + ", which had been cut off.");
        }
        machineFolders.sweep();
        Stream.concat(volumes.sweep().stream(), deleteRemnants().stream())
                .forEach(id -> removed.add("Removed volume " + id + ", which was not complete."));
        snapshots.sweep().forEach(id -> removed.add("Removed snapshot " + id + ", which was not complete."));
        return removed;
    }

    @Override
    public void close() {
        machines().forEach(Machine::close);
        deleteRemnants();
        lock.close();
    }
}
