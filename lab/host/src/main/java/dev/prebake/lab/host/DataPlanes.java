package dev.prebake.lab.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds out which data plane a host can have. */
public final class DataPlanes {
    private static final Map<String, String> DEBIAN_PACKAGES = debianPackages();

    private DataPlanes() {}

    private static Map<String, String> debianPackages() {
        var packages = new LinkedHashMap<String, String>();
        packages.put("containerd", "containerd");
        packages.put("containerd-shim-runc-v2", "containerd");
        packages.put("ctr", "containerd");
        packages.put("runc", "runc");
        packages.put("mkfs.xfs", "xfsprogs");
        packages.put("jq", "jq");
        packages.put("losetup", "mount");
        packages.put("mount", "mount");
        packages.put("umount", "mount");
        packages.put("unshare", "util-linux");
        packages.put("nsenter", "util-linux");
        packages.put("setsid", "util-linux");
        packages.put("blockdev", "util-linux");
        packages.put("blkid", "util-linux");
        packages.put("fstrim", "util-linux");
        packages.put("ip", "iproute2");
        packages.put("bash", "bash");
        packages.put("curl", "curl");
        packages.put("cp", "coreutils");
        return packages;
    }

    /**
     * Looks at everything that the real data plane needs, so that all that is missing is known at once.
     *
     * @param home the folder for the lab's volumes, snapshots and state
     * @return which data plane there can be, and why not the real one
     */
    public static Detection detect(Path home) {
        String system = System.getProperty("os.name", "");
        if (!system.toLowerCase(Locale.ROOT).contains("linux")) {
            return new Detection(home, List.of(new MissingPiece("the host runs " + system + ", not Linux", null)));
        }
        var missing = new ArrayList<MissingPiece>();
        boolean root = root();
        if (!root) {
            missing.add(new MissingPiece("you are not root", null));
        }
        for (Map.Entry<String, String> tool : DEBIAN_PACKAGES.entrySet()) {
            if (!installed(tool.getKey())) {
                missing.add(new MissingPiece(
                        "%s is not installed (Debian package %s)".formatted(tool.getKey(), tool.getValue()),
                        tool.getValue()));
            }
        }
        // Each is tried as soon as what it needs to be tried is there, so that nothing comes up only at the next look.
        if (root && installed("losetup")) {
            loopDevices().ifPresent(missing::add);
        }
        if (root && installed("unshare") && installed("mount")) {
            namespaces().ifPresent(missing::add);
        }
        if (root) {
            Stream.of("xfs", "overlay")
                    .map(DataPlanes::fileSystem)
                    .flatMap(Optional::stream)
                    .forEach(missing::add);
        }
        return new Detection(home, missing);
    }

    private static boolean installed(String program) {
        return Tool.find(program).isPresent();
    }

    private static boolean root() {
        try {
            // A process's folder in /proc belongs to its effective user.
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<MissingPiece> loopDevices() {
        Tool.Outcome free = Tool.attempt("losetup", "--find");
        return free.exitCode() == 0
                ? Optional.empty()
                : Optional.of(new MissingPiece("there is no loop device to be had (" + free.errors() + ")", null));
    }

    /** Root in a container often may neither make namespaces nor mount: only trying tells. */
    private static Optional<MissingPiece> namespaces() {
        Tool.Outcome tried = Tool.attempt(
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--mount-proc",
                "--",
                "mount",
                "-t",
                "tmpfs",
                "prebake",
                "/tmp");
        return tried.exitCode() == 0
                ? Optional.empty()
                : Optional.of(new MissingPiece(
                        "no file system can be mounted in a namespace of its own (" + tried.errors() + ")", null));
    }

    private static Optional<MissingPiece> fileSystem(String name) {
        if (known(name)) {
            return Optional.empty();
        }
        if (installed("modprobe")) {
            Tool.attempt("modprobe", "--quiet", name);
        }
        return known(name)
                ? Optional.empty()
                : Optional.of(new MissingPiece("the kernel has no " + name + " file system", null));
    }

    private static boolean known(String fileSystem) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/filesystems"))) {
            return lines.anyMatch(line -> line.strip().endsWith(fileSystem));
        } catch (IOException e) {
            return false;
        }
    }
}
