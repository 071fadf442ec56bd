package dev.prebake.lab.lambda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Functions' code, unpacked: what is under {@code /var/task} on Lambda. Each zip is unpacked once, when it is first wanted. */
final class TaskRoots {
    private final Path folder;
    private final Map<Path, Path> unpacked = new ConcurrentHashMap<>();

    /**
     * @param folder where the code goes, a folder for each zip
     */
    TaskRoots(Path folder) {
        this.folder = folder;
    }

    /** The folder with a function's code. */
    Path of(FunctionConfiguration function) {
        return unpacked.computeIfAbsent(function.zip(), this::unpack);
    }

    private Path unpack(Path zip) {
        Path root = folder.resolve(zip.getFileName().toString().replaceFirst("\\.zip$", ""));
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (ZipEntry entry : file.stream().toList()) {
                Path target = root.resolve(entry.getName()).normalize();
                if (!target.startsWith(root)) {
                    throw new LambdaException(zip + " has an entry outside of itself: " + entry.getName(), null);
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    try (var content = file.getInputStream(entry)) {
                        Files.copy(content, target);
                    }
                }
            }
        } catch (IOException e) {
            throw new LambdaException(
                    "Unpacking " + zip + " to " + root + " failed: " + e + ". Build it with mvn package.", e);
        }
        return root;
    }
}
