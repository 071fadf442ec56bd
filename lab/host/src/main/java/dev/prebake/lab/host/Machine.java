package dev.prebake.lab.host;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * An instance or a node of the lab: processes that live and end together, with volumes attached.
 *
 * <p>A machine ends with the process that started it, however that process ends; {@link #stop} ends it in order.
 */
public sealed interface Machine extends AutoCloseable permits NamespaceMachine, ProcessMachine {
    /**
     * Its id.
     *
     * @return the id of its specification
     */
    String id();

    /**
     * Where programs in the machine find a volume: the path that an EC2 instance of the Nitro system has for it,
     * {@code /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0…}, or, without a real data plane, the volume's folder.
     *
     * @param volumeId an attached volume
     * @return the path
     * @throws DataPlaneException when the volume is not attached here
     */
    Path device(String volumeId);

    /**
     * The volumes attached now.
     *
     * @return their ids
     */
    List<String> volumeIds();

    /**
     * Attaches a volume.
     *
     * @param volumeId a volume that is attached nowhere
     * @throws DataPlaneException when there is no such volume, it is attached already, or no loop device is to be had
     */
    void attach(String volumeId);

    /**
     * Detaches a volume that no file system in the machine uses any more.
     *
     * @param volumeId an attached volume
     * @throws DataPlaneException when it is not attached here, or still mounted after a few seconds
     */
    void detach(String volumeId);

    /**
     * Starts a program.
     *
     * @param command the program
     * @return the running program
     * @throws DataPlaneException when the machine has ended or the program can't be started
     */
    RunningCommand exec(Command command);

    /**
     * A path of the machine as the host's own processes can open it: files and sockets of the machine's private folders.
     *
     * @param path an absolute path in the machine
     * @return the path for the host
     */
    Path fromOutside(Path path);

    /**
     * Whether the machine runs.
     *
     * @return false once it was stopped or has died
     */
    boolean running();

    /**
     * Ends the machine: SIGTERM to every process, SIGKILL to what is left after {@code grace}. When it returns, no
     * process, mount, loop device or control group of the machine is left. Stopping a stopped machine does nothing.
     *
     * @param grace how long processes have to end by themselves; whole seconds, at least one
     * @throws DataPlaneException when something could not be released; the message names it
     */
    void stop(Duration grace);

    /** Stops the machine with a grace of five seconds. */
    @Override
    default void close() {
        stop(Duration.ofSeconds(5));
    }
}
