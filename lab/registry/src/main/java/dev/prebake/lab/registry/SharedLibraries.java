package dev.prebake.lab.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the shared libraries of this machine that binaries need, the loader among them, as {@code ldd} resolves them. */
final class SharedLibraries {
    // "libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)" and, for the loader, "/lib64/ld-linux-x86-64.so.2 (0x…)".
    private static final Pattern RESOLVED = Pattern.compile("\\s+(?:\\S+ => )?(/\\S.*) \\(0x[0-9a-f]+\\)");

    private SharedLibraries() {}

    /**
     * Returns the libraries' paths as the loader looks for them. What {@code ldd} does not find is left out: those are
     * the binaries' own libraries, which they load by path, and parts such as X11 that a machine without a screen lacks.
     *
     * @param binaries ELF files; others are passed over
     * @param own directories whose libraries are not the machine's
     */
    static SortedSet<Path> of(Collection<Path> binaries, List<Path> own) throws IOException {
        var command = new ArrayList<String>();
        command.add("ldd");
        binaries.forEach(binary -> command.add(binary.toString()));
        var libraries = new TreeSet<Path>();
        for (String line : run(command).lines().toList()) {
            Matcher resolved = RESOLVED.matcher(line);
            if (resolved.matches()) {
                Path library = Path.of(resolved.group(1));
                if (own.stream().noneMatch(library::startsWith) && Files.isRegularFile(library)) {
                    libraries.add(library.normalize());
                }
            }
        }
        if (libraries.isEmpty()) {
            throw new ImageLayoutException("ldd found no shared libraries of " + binaries
                    + "; the sample image needs a JDK that is linked against this machine's C library");
        }
        return libraries;
    }

    private static String run(List<String> command) throws IOException {
        Process ldd;
        try {
            // Complaints about files that are not dynamic are expected.
            ldd = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new ImageLayoutException(
                    "Looking up the JDK's shared libraries failed: ldd does not start (" + e.getMessage()
                            + "); install the C library's tools (package libc-bin)",
                    e);
        }
        ldd.getOutputStream().close();
        return new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
