package dev.prebake.lab.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The loop devices of the host whose files lie under the lab's home. */
final class LoopDevices {
    /** An unmounting file system first writes back what it holds; a slow disk takes its time for that. */
    private static final Duration RELEASE_LIMIT = Duration.ofSeconds(60);

    record Loop(Path device, Path file) {}

    private LoopDevices() {}

    static Path attach(Path file) {
        return Path.of(Tool.run("losetup", "--find", "--show", file.toString()));
    }

    /**
     * Asks the kernel to free the device at its last close: at once when nobody has it open. One that was asked for before may
     * be free already, which is as good.
     */
    static void freeWhenClosed(Loop loop) {
        try {
            Tool.run("losetup", "--detach", loop.device().toString());
        } catch (DataPlaneException e) {
            if (deviceOf(loop.file()).isPresent()) {
                throw e;
            }
        }
    }

    static List<Loop> under(Path folder) {
        var loops = new ArrayList<Loop>();
        try (DirectoryStream<Path> blocks = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
            for (Path block : blocks) {
                backingFile(block)
                        .filter(file -> file.startsWith(folder))
                        .ifPresent(file -> loops.add(new Loop(Path.of("/dev", name(block)), file)));
            }
        } catch (IOException e) {
            throw new DataPlaneException("The host's loop devices can't be listed: " + Tool.reason(e), e);
        }
        return loops;
    }

    static Optional<Path> deviceOf(Path file) {
        return under(file).stream().map(Loop::device).findFirst();
    }

    private static Optional<Path> backingFile(Path block) {
        try {
            String path = Files.readString(block.resolve("loop/backing_file")).strip();
            // The kernel marks a file that was deleted while the device was in use.
            return Optional.of(Path.of(path.replaceFirst(" \\(deleted\\)$", "")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String name(Path block) {
        return String.valueOf(block.getFileName());
    }

    static void awaitRelease(Path file) {
        long deadline = System.nanoTime() + RELEASE_LIMIT.toNanos();
        while (deviceOf(file).isPresent()) {
            if (System.nanoTime() > deadline) {
                throw new DataPlaneException(
                        "%s still holds %s %d s after its machine let go of it. See who has it open with `fuser -v`, then free it with `losetup -d`."
                                .formatted(deviceOf(file).orElseThrow(), file, RELEASE_LIMIT.toSeconds()));
            }
            Pause.briefly();
        }
    }
}
