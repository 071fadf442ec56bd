package dev.prebake.lab.cloud;

import com.fasterxml.jackson.core.JacksonException;
import dev.prebake.kernel.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * One JSON document in one file, replaced whole or not at all: whoever dies in the middle of a write leaves the old one.
 *
 * @param <T> the document's record
 */
final class JsonFile<T> {
    private final Path file;
    private final Class<T> type;

    JsonFile(Path file, Class<T> type) {
        this.file = file;
        this.type = type;
    }

    /** The document; empty when there is no file yet. */
    Optional<T> read() {
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.mapper().readValue(file.toFile(), type));
        } catch (JacksonException e) {
            throw new LabException(
                    "Reading the lab's state from " + file + " failed: " + e.getOriginalMessage()
                            + ". It was written by another version or by hand; move it away to start afresh.",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the lab's state from " + file + " failed.", e);
        }
    }

    /** Writes the document to the disk, whole, before it takes the old one's place. */
    void write(T document) {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (FileChannel channel = FileChannel.open(
                    next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = ByteBuffer.wrap(
                        Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(document));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing the lab's state to " + file + " failed.", e);
        }
    }
}
