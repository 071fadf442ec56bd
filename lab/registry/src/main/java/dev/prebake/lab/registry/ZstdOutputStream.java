package dev.prebake.lab.registry;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Compresses through the {@code zstd} program: its library for Java is 7 MB of native code, for a format that only some
 * test images have. Closing this does not close the stream underneath.
 */
final class ZstdOutputStream extends FilterOutputStream {
    private final Process program;
    private final CompletableFuture<Void> copied;

    ZstdOutputStream(OutputStream target, int level) throws IOException {
        this(start(level), target);
    }

    private ZstdOutputStream(Process program, OutputStream target) {
        super(program.getOutputStream());
        this.program = program;
        this.copied = CompletableFuture.runAsync(
                () -> {
                    try (var output = program.getInputStream()) {
                        output.transferTo(target);
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                },
                task -> Thread.ofPlatform().daemon().start(task));
    }

    private static Process start(int level) throws IOException {
        try {
            return new ProcessBuilder("zstd", "-q", "-c", "-T1", "-" + level).start();
        } catch (IOException e) {
            throw new ImageLayoutException(
                    "Compressing a layer with zstd failed: the program does not start (" + e.getMessage()
                            + "); install the package zstd, or use gzip",
                    e);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
        if (copied.isDone() && !program.isAlive()) {
            return;
        }
        try {
            super.close();
            String complaint = new String(program.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            copied.join();
            int status = program.waitFor();
            if (status != 0) {
                throw new ImageLayoutException(
                        "Compressing a layer with zstd ended with status " + status + ": " + complaint.strip());
            }
        } catch (CompletionException e) {
            throw new IOException("Storing a layer that zstd compressed failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("zstd was interrupted").initCause(e);
        } finally {
            program.destroy();
        }
    }
}
