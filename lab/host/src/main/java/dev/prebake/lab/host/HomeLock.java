package dev.prebake.lab.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Holds a lab's home folder for one process.
 *
 * <p>The kernel gives the lock back however the process ends, so a killed lab never blocks the next one.
 */
public final class HomeLock implements AutoCloseable {
    private final Path home;
    private final FileChannel channel;

    private HomeLock(Path home, FileChannel channel) {
        this.home = home;
        this.channel = channel;
    }

    /**
     * Takes the home folder, making it if there is none.
     *
     * @param home the folder that holds the lab's volumes, snapshots and state
     * @return the lock, to be closed when the lab ends
     * @throws HomeInUseException when another lab has it; the message names that lab's process
     * @throws DataPlaneException when the folder can't be made or written
     */
    public static HomeLock hold(Path home) {
        FileChannel channel = null;
        try {
            Files.createDirectories(home);
            Path real = home.toRealPath();
            channel = FileChannel.open(
                    real.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!taken(channel)) {
                String holder = holder(channel);
                channel.close();
                throw new HomeInUseException(real, holder);
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
            return new HomeLock(real, channel);
        } catch (IOException e) {
            throw new DataPlaneException(
                    "The lab's home %s can't be used: %s. Give it a folder that you may write, with PREBAKE_HOME."
                            .formatted(home, Tool.reason(e)),
                    e);
        }
    }

    private static boolean taken(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(32);
        channel.read(content, 0);
        String pid = new String(content.array(), 0, content.position(), StandardCharsets.UTF_8).strip();
        return pid.isEmpty() ? "its process is just starting" : "process " + pid;
    }

    /**
     * The folder held.
     *
     * @return its real path
     */
    public Path home() {
        return home;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new DataPlaneException("The lock of " + home + " could not be released: " + Tool.reason(e), e);
        }
    }
}
