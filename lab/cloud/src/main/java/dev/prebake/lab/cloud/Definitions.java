package dev.prebake.lab.cloud;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The definitions that the lab's state machines have had, by the SHA-256 of their text: an execution keeps the one it began with. */
final class Definitions {
    private final Path folder;

    Definitions(Path folder) {
        this.folder = folder;
    }

    /** Keeps a text, and returns what it is found by. */
    String keep(String text) {
        String id = StatesNames.sha256(text);
        Path file = file(id);
        try {
            if (Files.notExists(file)) {
                Files.createDirectories(folder);
                Path next = folder.resolve(id + ".next");
                Files.writeString(next, text);
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Writing a state machine's definition to " + file + " failed.", e);
        }
        return id;
    }

    String text(String id) {
        try {
            return Files.readString(file(id));
        } catch (IOException e) {
            throw new UncheckedIOException("Reading a state machine's definition from " + file(id) + " failed.", e);
        }
    }

    private Path file(String id) {
        return folder.resolve(id + ".asl.json");
    }
}
