package dev.prebake.lab.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A folder that holds one folder for each volume or snapshot. One appears there whole or not at all, also when the
 * process is killed while it is being made.
 */
final class Vault {
    private static final String UNFINISHED = ".unfinished-";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,62}");

    /** Fills the folder of a new entry. */
    interface Content {
        void fill(Path folder) throws IOException;
    }

    private final Path folder;
    private final String kind;
    private final boolean durable;

    /**
     * @param durable whether an entry is on the disk when {@link #create} returns: a snapshot must survive a power cut, a
     *     volume dies with its instance
     */
    Vault(Path folder, String kind, boolean durable) {
        this.folder = folder;
        this.kind = kind;
        this.durable = durable;
    }

    static void checkId(String id) {
        if (!ID.matcher(id).matches()) {
            throw new DataPlaneException(
                    "\"%s\" can't be an id here: ids are letters, digits and dashes, such as vol-0a1b2c3d."
                            .formatted(id));
        }
    }

    Path create(String id, Content content) {
        checkId(id);
        Path target = folder.resolve(id);
        Path unfinished = folder.resolve(UNFINISHED + id);
        try {
            if (Files.exists(target)) {
                throw new DataPlaneException("%s %s is there already, in %s."
                        .formatted(kind.substring(0, 1).toUpperCase(Locale.ROOT) + kind.substring(1), id, folder));
            }
            deleteTree(unfinished);
            Files.createDirectories(unfinished);
            content.fill(unfinished);
            if (durable) {
                syncTree(unfinished);
            }
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
            if (durable) {
                sync(folder);
            }
            return target;
        } catch (IOException | RuntimeException e) {
            discard(unfinished, e);
            if (e instanceof RuntimeException known) {
                throw known;
            }
            throw new DataPlaneException(
                    "The %s %s could not be made in %s: %s".formatted(kind, id, folder, Tool.reason((IOException) e)),
                    e);
        }
    }

    private static void discard(Path unfinished, Exception why) {
        try {
            deleteTree(unfinished);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    Optional<Path> find(String id) {
        checkId(id);
        return Optional.of(folder.resolve(id)).filter(Files::isDirectory);
    }

    Path get(String id) {
        return find(id).orElseThrow(
                        () -> new DataPlaneException("There is no %s %s in %s.".formatted(kind, id, folder)));
    }

    /** Deletes the entry; true if there was one. */
    boolean delete(String id) {
        Optional<Path> found = find(id);
        if (found.isEmpty()) {
            return false;
        }
        // Renamed first: a deletion cut short leaves something that the next start recognises as not whole.
        Path unfinished = folder.resolve(UNFINISHED + id);
        try {
            deleteTree(unfinished);
            Files.move(found.get(), unfinished, StandardCopyOption.ATOMIC_MOVE);
            deleteTree(unfinished);
            return true;
        } catch (IOException e) {
            throw new DataPlaneException("The %s %s could not be deleted: %s".formatted(kind, id, Tool.reason(e)), e);
        }
    }

    List<String> ids() {
        return names().stream().filter(name -> ID.matcher(name).matches()).toList();
    }

    /** Removes what a killed process left half made or half deleted, and returns the ids. */
    List<String> sweep() {
        List<String> unfinished =
                names().stream().filter(name -> name.startsWith(UNFINISHED)).toList();
        for (String name : unfinished) {
            try {
                deleteTree(folder.resolve(name));
            } catch (IOException e) {
                throw new DataPlaneException(
                        "The unfinished %s %s could not be removed: %s"
                                .formatted(kind, folder.resolve(name), Tool.reason(e)),
                        e);
            }
        }
        return unfinished.stream()
                .map(name -> name.substring(UNFINISHED.length()))
                .toList();
    }

    private List<String> names() {
        var names = new ArrayList<String>();
        if (!Files.isDirectory(folder)) {
            return names;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (IOException e) {
            throw new DataPlaneException("%s can't be listed: %s".formatted(folder, Tool.reason(e)), e);
        }
        names.sort(null);
        return names;
    }

    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void syncTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    sync(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                sync(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void sync(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
