package dev.prebake.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.kernel.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An execution's input from a file. */
final class InputFile {
    private InputFile() {}

    /** The same with other images, where any are given. */
    static ObjectNode read(@Nullable Path file, List<String> images) {
        ObjectNode input = read(file);
        if (!images.isEmpty()) {
            images.forEach(input.putArray("images")::add);
        }
        return input;
    }

    /**
     * Reads it; without a file it is empty.
     *
     * @throws UsageException when it can't be read, or is no JSON object
     */
    private static ObjectNode read(@Nullable Path file) {
        if (file == null) {
            return Json.mapper().createObjectNode();
        }
        try {
            JsonNode read = Json.mapper().readTree(Files.readString(file));
            if (!(read instanceof ObjectNode object)) {
                throw new UsageException(
                        "Reading " + file + " as an execution's input failed: it is no JSON object. See events/.",
                        null);
            }
            return object;
        } catch (JacksonException e) {
            throw new UsageException(
                    "Reading " + file + " as JSON failed: " + e.getOriginalMessage() + ". See events/ for examples.",
                    e);
        } catch (NoSuchFileException e) {
            throw new UsageException(
                    "Reading " + file + " failed: there is no such file. See events/ for examples.", e);
        } catch (IOException e) {
            throw new UsageException("Reading " + file + " failed: " + e, e);
        }
    }
}
