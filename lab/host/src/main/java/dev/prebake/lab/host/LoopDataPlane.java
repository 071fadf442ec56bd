package dev.prebake.lab.host;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The real data plane: volumes are sparse files on loop devices, machines are namespaces of the kernel. */
public final class LoopDataPlane implements DataPlane {
    private static final long GIB = 1L << 30;
    private static final String VOLUME_FILE = "volume.img";
    private static final String SNAPSHOT_FILE = "snapshot.img";
    private static final int COPY_ATTEMPTS = 3;

    private final HomeLock lock;
    private final Path home;
    private final Vault volumes;
    private final Vault snapshots;
    private final Vault machineFolders;
    private final Map<String, NamespaceMachine> machines = new ConcurrentHashMap<>();

    /** Which machine has a volume: reserved before the machine is up, so that two starts can't both take it. */
    private final Map<String, String> attachments = new ConcurrentHashMap<>();

    LoopDataPlane(HomeLock lock) {
        this.lock = lock;
        this.home = lock.home();
        this.volumes = new Vault(home.resolve("volumes"), "volume", false);
        this.snapshots = new Vault(home.resolve("snapshots"), "snapshot", true);
        this.machineFolders = new Vault(home.resolve("machines"), "machine", false);
    }

    @Override
    public boolean real() {
        return true;
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
        return volumeIn(volumes.create(volumeId, folder -> resize(folder.resolve(VOLUME_FILE), sizeGiB)));
    }

    @Override
    public Volume createVolume(String volumeId, int sizeGiB, String snapshotId) {
        Snapshot snapshot = snapshotIn(snapshots.get(snapshotId));
        if (sizeGiB < snapshot.sizeGiB()) {
            throw new DataPlaneException("Volume %s can't have %d GiB: snapshot %s is of a volume of %d GiB."
                    .formatted(volumeId, sizeGiB, snapshotId, snapshot.sizeGiB()));
        }
        return volumeIn(volumes.create(volumeId, folder -> {
            copy(snapshot.data(), folder.resolve(VOLUME_FILE));
            resize(folder.resolve(VOLUME_FILE), sizeGiB);
        }));
    }

    private static void resize(Path file, int sizeGiB) throws IOException {
        try (var content = new RandomAccessFile(file.toFile(), "rw")) {
            content.setLength(sizeGiB * GIB);
        }
    }

    /** Shares blocks where the file system can (reflink), skips holes, and turns zeros into holes. */
    private void copy(Path from, Path to) {
        // Marked as a machine's, so that a copy that outlives a killed lab is found and ended by the next one.
        Tool.run(
                Map.of(NamespaceMachine.MARKER, home + "/copy"),
                "cp",
                "--reflink=auto",
                "--sparse=always",
                from.toString(),
                to.toString());
    }

    @Override
    public Optional<Volume> volume(String volumeId) {
        return volumes.find(volumeId).map(LoopDataPlane::volumeIn);
    }

    @Override
    public List<Volume> volumes() {
        return volumes.ids().stream()
                .map(this::volume)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Volume volumeIn(Path folder) {
        Path file = folder.resolve(VOLUME_FILE);
        return new Volume(String.valueOf(folder.getFileName()), gibibytes(file), file);
    }

    private static int gibibytes(Path file) {
        try {
            return Math.toIntExact(Files.size(file) / GIB);
        } catch (IOException e) {
            throw new DataPlaneException("%s can't be read: %s".formatted(file, Tool.reason(e)), e);
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
        Path source = volumeIn(volumes.get(volumeId)).data();
        Path folder = snapshots.create(snapshotId, target -> {
            for (int attempt = 1; !copiedAtOneMoment(source, target.resolve(SNAPSHOT_FILE)); attempt++) {
                if (attempt == COPY_ATTEMPTS) {
                    throw new DataPlaneException(
                            "Volume %s was written to during each of %d attempts to copy it for snapshot %s. Unmount it first, or stop its machine."
                                    .formatted(volumeId, COPY_ATTEMPTS, snapshotId));
                }
            }
        });
        return new Snapshot.Made(snapshotIn(folder), Duration.ofNanos(System.nanoTime() - start));
    }

    /** Copies, and tells whether nothing was written meanwhile: only a reflink is of one moment by itself. */
    private boolean copiedAtOneMoment(Path source, Path target) throws IOException {
        Optional<Path> device = LoopDevices.deviceOf(source);
        // Writes to the device itself wait in its own page cache, apart from its file's.
        device.ifPresent(path -> Tool.run("blockdev", "--flushbufs", path.toString()));
        FileTime before = Files.getLastModifiedTime(source);
        copy(source, target);
        return device.isEmpty() || before.equals(Files.getLastModifiedTime(source));
    }

    @Override
    public Optional<Snapshot> snapshot(String snapshotId) {
        return snapshots.find(snapshotId).map(LoopDataPlane::snapshotIn);
    }

    @Override
    public List<Snapshot> snapshots() {
        return snapshots.ids().stream()
                .map(this::snapshot)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Snapshot snapshotIn(Path folder) {
        Path file = folder.resolve(SNAPSHOT_FILE);
        // stat(2) counts blocks of 512 bytes, whatever the file system's own are.
        long used = 512 * Long.parseLong(Tool.run("stat", "--format=%b", file.toString()));
        return new Snapshot(String.valueOf(folder.getFileName()), gibibytes(file), used, file);
    }

    @Override
    public boolean deleteSnapshot(String snapshotId) {
        return snapshots.delete(snapshotId);
    }

    @Override
    public Machine startMachine(MachineSpec spec) {
        Path folder = machineFolders.create(spec.id(), empty -> {});
        NamespaceMachine machine = null;
        try {
            machine = NamespaceMachine.boot(this, spec, folder);
            machines.put(spec.id(), machine);
            for (String volumeId : spec.volumeIds()) {
                machine.attach(volumeId);
            }
            return machine;
        } catch (RuntimeException e) {
            if (machine == null) {
                machineFolders.delete(spec.id());
            } else {
                machine.stop(Duration.ofSeconds(1));
            }
            throw e;
        }
    }

    /** Gives the volume to the machine, and returns its file. */
    Path reserve(String volumeId, String machineId) {
        Path file = volumeIn(volumes.get(volumeId)).data();
        String holder = attachments.putIfAbsent(volumeId, machineId);
        if (holder != null) {
            throw new DataPlaneException(
                    "Volume %s can't be attached to %s: it is attached to %s.".formatted(volumeId, machineId, holder));
        }
        return file;
    }

    void release(String volumeId) {
        attachments.remove(volumeId);
    }

    void ended(NamespaceMachine machine) {
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
        killProcesses(removed);
        unmount(removed);
        for (LoopDevices.Loop loop : LoopDevices.under(home)) {
            LoopDevices.freeWhenClosed(loop);
            LoopDevices.awaitRelease(loop.file());
            removed.add("Freed loop device %s of %s.".formatted(loop.device(), loop.file()));
        }
        for (String id : machineFolders.ids()) {
            ControlGroups.remove(id).forEach(group -> removed.add("Removed control group " + group + "."));
            machineFolders.delete(id);
            removed.add("Removed machine " + id + ", which had been cut off.");
        }
        machineFolders.sweep();
        volumes.sweep().forEach(id -> removed.add("Removed volume " + id + ", which was not complete."));
        snapshots.sweep().forEach(id -> removed.add("Removed snapshot " + id + ", which was not complete."));
        return removed;
    }

    private void killProcesses(List<String> removed) {
        List<ProcessHandle> left = ProcessTable.withVariablePrefix(NamespaceMachine.MARKER, home + "/");
        for (ProcessHandle process : left) {
            String command = process.info().command().orElse("unknown program");
            process.destroyForcibly();
            removed.add("Ended process %d (%s) of a machine that was cut off.".formatted(process.pid(), command));
        }
        left.forEach(process -> process.onExit().join());
    }

    private void unmount(List<String> removed) {
        List<String> devices = LoopDevices.under(home).stream()
                .map(loop -> loop.device().toString())
                .toList();
        try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mounts"))) {
            for (String mount : mounts.toList().reversed()) {
                List<String> fields = List.of(mount.split(" "));
                if (devices.contains(fields.getFirst())) {
                    // The kernel writes blanks in a path as \040.
                    String point = fields.get(1).replace("\\040", " ");
                    Tool.run("umount", point);
                    removed.add("Unmounted %s from %s.".formatted(fields.getFirst(), point));
                }
            }
        } catch (IOException e) {
            throw new DataPlaneException("The host's mounts can't be listed: " + Tool.reason(e), e);
        }
    }

    @Override
    public void close() {
        RuntimeException first = null;
        for (Machine machine : machines()) {
            try {
                machine.close();
            } catch (RuntimeException e) {
                first = Objects.requireNonNullElse(first, e);
            }
        }
        lock.close();
        if (first != null) {
            throw first;
        }
    }
}
