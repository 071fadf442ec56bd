package dev.prebake.test;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.prebake.lab.host.DataPlanes;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** {@code prebake local} as a user without privileges runs it, so that volumes are folders. */
final class WithoutPrivileges {
    /** Of nobody on Debian and others; what counts is that it isn't root's. */
    private static final int USER = 65_534;

    private static final List<String> AS_USER = List.of(
            "setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups", "--no-new-privs", "--inh-caps=-all");

    private WithoutPrivileges() {}

    /** The command over a home, which is made; a test that can't become such a user is skipped. */
    static LocalCommandLine over(Path home) throws IOException, InterruptedException {
        assumeTrue(!DataPlanes.detect(home).reasons().contains("not Linux"), "this needs Linux");
        Path folder = home.getParent();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectory(home);
        LocalCommandLine command = LocalCommandLine.over(home);
        if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            assumeUserCan(LocalCommandLine.java(), "-version");
            Files.setAttribute(home, "unix:uid", USER);
            command = command.startedBy(AS_USER, readableClassPath(folder));
        }
        return command.with("HOME", home.toString());
    }

    private static void assumeUserCan(String... program) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(AS_USER);
        words.addAll(List.of(program));
        Path log = Files.createTempFile("prebake-user", ".log");
        int exitCode;
        try {
            exitCode = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
        } catch (IOException e) {
            exitCode = -1;
            Files.writeString(log, e.toString());
        }
        String said = Files.readString(log);
        Files.delete(log);
        assumeTrue(exitCode == 0, "another user can't run " + String.join(" ", program) + ": " + said);
    }

    /** A copy of the class path: root's Maven repository, and maybe the checkout, are hidden from the user. */
    private static String readableClassPath(Path folder) throws IOException {
        Path copies = Files.createDirectory(folder.resolve("classes"));
        List<String> readable = new ArrayList<>();
        for (Path entry : LocalCommandLine.classPath()) {
            assumeTrue(Files.isRegularFile(entry), entry + " is no archive; this needs the modules packaged");
            Path copy = copies.resolve(readable.size() + "-" + entry.getFileName());
            Files.copy(entry, copy);
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
            readable.add(copy.toString());
        }
        return String.join(File.pathSeparator, readable);
    }
}
