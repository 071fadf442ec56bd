package dev.prebake.lab.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The volumes, snapshots and machines of one lab, kept under its home folder.
 *
 * <p>Volumes and snapshots outlive the process; machines do not. Implementations may be used by several threads.
 */
public sealed interface DataPlane extends AutoCloseable permits LoopDataPlane, DirectoryDataPlane {
    /**
     * Whether volumes are block devices and machines run containerd.
     *
     * @return false when volumes are folders, and pod starts can't be measured
     */
    boolean real();

    /**
     * Where the lab's state belongs that goes with these volumes and snapshots.
     *
     * @return its real path: the lab's home, or a folder in it
     */
    Path home();

    /**
     * Makes an empty volume.
     *
     * @param volumeId its id
     * @param sizeGiB its size, from 1
     * @return the volume
     * @throws DataPlaneException when the id is taken or the disk refuses
     */
    Volume createVolume(String volumeId, int sizeGiB);

    /**
     * Makes a volume with a snapshot's content.
     *
     * @param volumeId its id
     * @param sizeGiB its size; at least the snapshot's
     * @param snapshotId the snapshot
     * @return the volume
     * @throws DataPlaneException when there is no such snapshot, it is larger, the id is taken or the disk refuses
     */
    Volume createVolume(String volumeId, int sizeGiB, String snapshotId);

    /**
     * Looks a volume up.
     *
     * @param volumeId its id
     * @return the volume, if there is one
     */
    Optional<Volume> volume(String volumeId);

    /**
     * The volumes that exist.
     *
     * @return all, by id
     */
    List<Volume> volumes();

    /**
     * Deletes a volume. Snapshots made from it stay.
     *
     * @param volumeId its id
     * @return whether there was one
     * @throws DataPlaneException when it is attached to a running machine
     */
    boolean deleteVolume(String volumeId);

    /**
     * Copies a volume's content of this moment. What programs wrote to the device is in it; what a mounted file system
     * still holds in memory is not, as with EBS.
     *
     * @param snapshotId the new snapshot's id
     * @param volumeId the volume, attached or not
     * @return the snapshot and the time it took
     * @throws DataPlaneException when there is no such volume, the id is taken, the disk refuses, or the volume is written
     *     to so steadily that no copy is of one moment
     */
    Snapshot.Made createSnapshot(String snapshotId, String volumeId);

    /**
     * Looks a snapshot up.
     *
     * @param snapshotId its id
     * @return the snapshot, if there is one
     */
    Optional<Snapshot> snapshot(String snapshotId);

    /**
     * The snapshots that exist.
     *
     * @return all, by id
     */
    List<Snapshot> snapshots();

    /**
     * Deletes a snapshot. Volumes made from it stay.
     *
     * @param snapshotId its id
     * @return whether there was one
     */
    boolean deleteSnapshot(String snapshotId);

    /**
     * Starts a machine.
     *
     * @param spec what it is to be
     * @return the running machine
     * @throws DataPlaneException when a volume is missing or attached elsewhere, or the host refuses
     */
    Machine startMachine(MachineSpec spec);

    /**
     * The machines that run.
     *
     * @return those this plane started and that have not been stopped
     */
    List<Machine> machines();

    /**
     * Removes what a killed lab left in this home: processes, mounts, loop devices, control groups, half-made volumes and
     * snapshots. To be called once, before anything is started.
     *
     * @return one sentence for each thing removed; empty after an orderly end
     * @throws DataPlaneException when something can't be removed
     */
    List<String> recover();

    /** Stops every machine and gives the home back. */
    @Override
    void close();
}
