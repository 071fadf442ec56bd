package dev.prebake.cli;

import com.fasterxml.jackson.core.JacksonException;
import dev.prebake.kernel.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Where a home says which lab serves it. */
final class LabFile {
    private final Path file;

    LabFile(Path home) {
        file = home.resolve("lab.json");
    }

    /**
     * A lab that serves.
     *
     * @param pid its process
     * @param startedAt when that was started, which tells it from a later process of the number
     * @param endpoint where clients reach it
     * @param stateMachineArn the image cache's state machine
     */
    record Lab(long pid, Instant startedAt, String endpoint, String stateMachineArn) {
        /** What a shell needs to use it: two settings, and a first command. */
        List<String> lines() {
            return List.of(
                    "export AWS_ENDPOINT_URL=" + endpoint,
                    // The CLI's first version reads the one region, the SDKs the other.
                    "export AWS_ACCESS_KEY_ID=lab AWS_SECRET_ACCESS_KEY=lab AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1",
                    "aws stepfunctions start-execution --state-machine-arn " + stateMachineArn + " --input '{}'");
        }

        Optional<ProcessHandle> process() {
            return ProcessHandle.of(pid)
                    .filter(ProcessHandle::isAlive)
                    .filter(process ->
                            process.info().startInstant().map(startedAt::equals).orElse(false));
        }
    }

    /** The lab that serves now. */
    Optional<Lab> running() {
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.mapper().readValue(Files.readString(file), Lab.class))
                    .filter(lab -> lab.process().isPresent());
        } catch (JacksonException e) {
            throw new UsageException(
                    "Reading " + file + " failed: " + e.getOriginalMessage()
                            + ". It was written by another version or by hand; remove it.",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading " + file + " failed.", e);
        }
    }

    void write(Lab lab) {
        Path next = file.resolveSibling("lab.json.next");
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(next, Json.mapper().writeValueAsString(lab));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing " + file + " failed.", e);
        }
    }

    void remove() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("Removing " + file + " failed.", e);
        }
    }
}
