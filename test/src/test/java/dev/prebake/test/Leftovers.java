package dev.prebake.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What runs may have left on this machine; that of other labs, which may work beside the tests, is told apart from it. */
final class Leftovers {
    private static final Path LOOP_DEVICES = Path.of("/sys/block");
    private static final Path CONTROL_GROUPS = Path.of("/sys/fs/cgroup");

    private Leftovers() {}

    /** Checks that runs over this home, which have ended, left nothing but what the home is there to keep. */
    static void assertNone(Path home, LocalCommandLine.Outcome... runs) throws IOException {
        List<String> left = new ArrayList<>();
        String name = home.toString();
        for (String mount : lines(Path.of("/proc/mounts"))) {
            if (mount.contains(name)) {
                left.add("mount " + mount);
            }
        }
        for (Path device : entries(LOOP_DEVICES)) {
            for (String file : lines(device.resolve("loop/backing_file"))) {
                if (file.contains(name)) {
                    left.add(device.getFileName() + " of " + file);
                }
            }
        }
        long self = ProcessHandle.current().pid();
        ProcessHandle.allProcesses()
                .mapToLong(ProcessHandle::pid)
                .filter(pid -> pid != self
                        && (block(pid, "environ").contains(name)
                                || block(pid, "cmdline").contains(name)))
                .forEach(pid -> left.add("process " + pid + ": " + block(pid, "cmdline")));
        for (LocalCommandLine.Outcome run : runs) {
            left.addAll(controlGroups(run.pid()));
        }
        for (Path plane : List.of(home, home.resolve("directories"))) {
            for (String folder : List.of("volumes", "machines")) {
                entries(plane.resolve(folder)).forEach(entry -> left.add(entry.toString()));
            }
        }
        assertThat(left)
                .as(Stream.of(runs).map(LocalCommandLine.Outcome::err).collect(Collectors.joining("\n")))
                .isEmpty();
    }

    /** The nodes on which a run compares pods are named after its process. */
    private static List<String> controlGroups(long pid) throws IOException {
        List<Path> hierarchies = new ArrayList<>(entries(CONTROL_GROUPS));
        hierarchies.add(CONTROL_GROUPS);
        List<String> left = new ArrayList<>();
        for (Path hierarchy : hierarchies) {
            for (Path group : entries(hierarchy)) {
                if (String.valueOf(group.getFileName()).matches("prebake-i-0+" + Long.toHexString(pid) + "[12]")) {
                    left.add("control group " + group);
                }
            }
        }
        return left;
    }

    private static List<Path> entries(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            // A device that is free or gone, or no Linux.
            return List.of();
        }
    }

    /** Arguments or environment of a process; nothing when it has ended, or is another user's. */
    private static String block(long pid, String file) {
        try {
            return new String(Files.readAllBytes(Path.of("/proc", Long.toString(pid), file)), StandardCharsets.UTF_8)
                    .replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }
}
