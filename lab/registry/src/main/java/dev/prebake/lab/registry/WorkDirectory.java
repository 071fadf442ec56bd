package dev.prebake.lab.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A directory beside the one that is to be made, on the same file system, so that a rename puts it into its place. Its
 * name carries the process that works in it; closing deletes what was not moved.
 *
 * @param path where the work goes
 */
record WorkDirectory(Path path) implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Pattern SUFFIX = Pattern.compile("-(\\d+)-\\d+\\.(?:part|old)");

    /** Makes a work directory beside a target. */
    static WorkDirectory beside(Path target) throws IOException {
        return new WorkDirectory(Files.createDirectory(sibling(target, ".part")));
    }

    /** Removes the work directories that processes left which are gone. */
    static void sweep(Path target) throws IOException {
        String name = fileName(target);
        List<Path> siblings;
        try (Stream<Path> list = Files.list(Objects.requireNonNull(target.getParent(), "parent"))) {
            siblings = list.filter(path -> fileName(path).startsWith(name)).toList();
        }
        for (Path sibling : siblings) {
            Matcher suffix = SUFFIX.matcher(fileName(sibling).substring(name.length()));
            if (suffix.matches()
                    && ProcessHandle.of(Long.parseLong(suffix.group(1))).isEmpty()) {
                deleteTree(sibling);
            }
        }
    }

    /** Moves this to the target, in place of what is there. */
    void replace(Path target) throws IOException {
        if (!Files.exists(target)) {
            Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        Path old = sibling(target, ".old");
        Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
        deleteTree(old);
    }

    @Override
    public void close() throws IOException {
        deleteTree(path);
    }

    private static Path sibling(Path target, String ending) {
        return target.resolveSibling(
                fileName(target) + "-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + ending);
    }

    private static String fileName(Path path) {
        return Objects.requireNonNull(path.getFileName(), "file name").toString();
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(root)) {
            Iterator<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).iterator();
            while (deepestFirst.hasNext()) {
                Files.delete(deepestFirst.next());
            }
        }
    }
}
