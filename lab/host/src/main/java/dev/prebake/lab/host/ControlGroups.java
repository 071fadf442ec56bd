package dev.prebake.lab.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The control groups that containerd and runc make for a machine's pods, in both versions of the hierarchy.
 *
 * <p>A machine's pods get their own parent group, named after the machine, so that what is left can be told apart.
 */
final class ControlGroups {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    private ControlGroups() {}

    static String parentOf(String machineId) {
        return "/prebake-" + machineId;
    }

    /** Removes the machine's groups; a group that still has a process stays. Returns those removed at the top. */
    static List<Path> remove(String machineId) {
        var removed = new ArrayList<Path>();
        for (Path hierarchy : hierarchies()) {
            Path group = hierarchy.resolve(parentOf(machineId).substring(1));
            if (Files.isDirectory(group) && removeTree(group)) {
                removed.add(group);
            }
        }
        return removed;
    }

    /** Version 2 mounts one hierarchy at the root; version 1 one for each controller below it. */
    private static List<Path> hierarchies() {
        var all = new ArrayList<Path>();
        if (!Files.isDirectory(ROOT)) {
            return all;
        }
        all.add(ROOT);
        if (!Files.exists(ROOT.resolve("cgroup.controllers"))) {
            all.addAll(folders(ROOT));
        }
        return all;
    }

    private static boolean removeTree(Path group) {
        for (Path child : folders(group)) {
            removeTree(child);
        }
        try {
            Files.delete(group);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Path> folders(Path parent) {
        var folders = new ArrayList<Path>();
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(parent, entry -> Files.isDirectory(entry) && !Files.isSymbolicLink(entry))) {
            entries.forEach(folders::add);
        } catch (IOException e) {
            // The group went away while we looked: nothing to remove then.
        }
        return folders;
    }
}
