package dev.prebake.registry;

import dev.prebake.kernel.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;

/**
 * Content by its digest, in files as an OCI image layout has them below {@code blobs}
 * (https://github.com/opencontainers/image-spec/blob/main/image-layout.md). A file is there whole and checked, or not at all.
 */
public final class BlobFolder {
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path folder;

    /** Writes a blob to a file. */
    interface Source {
        void writeTo(Path file);
    }

    /**
     * Makes one over a folder.
     *
     * @param blobs the folder that holds {@code sha256}; made with the first blob
     */
    public BlobFolder(Path blobs) {
        this.folder = blobs.resolve("sha256");
    }

    /**
     * The content of a blob.
     *
     * @throws UncheckedIOException when it is not there or can't be read
     */
    byte[] get(String digest) {
        try {
            return Files.readAllBytes(file(digest));
        } catch (IOException e) {
            throw new UncheckedIOException("Reading blob " + digest + " in " + folder + " failed: " + e, e);
        }
    }

    /** Adds a blob that is known to have this digest. */
    void put(String digest, byte[] content) {
        add(digest, file -> {
            try {
                Files.write(file, content);
            } catch (IOException e) {
                throw new UncheckedIOException("Writing " + file + " failed: " + e, e);
            }
        });
    }

    /**
     * Adds a blob unless it is there.
     *
     * @throws UnresolvedImageException when the source wrote something else than the digest says
     * @throws UncheckedIOException when the folder can't be written to
     */
    void add(String digest, Source source) {
        Path target = file(digest);
        if (Files.exists(target)) {
            return;
        }
        Path unfinished = target.resolveSibling(target.getFileName() + ".unfinished");
        try {
            Files.createDirectories(folder);
            try {
                source.writeTo(unfinished);
                String got = digestOf(unfinished);
                if (!got.equals(digest)) {
                    throw UnresolvedImageException.lasting("the registry answered " + digest + " with content whose"
                            + " digest is " + got + " (" + Files.size(unfinished) + " bytes)");
                }
                Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Adding blob " + digest + " to " + folder + " failed: " + e, e);
        }
    }

    private Path file(String digest) {
        return folder.resolve(digest.substring(digest.indexOf(':') + 1));
    }

    private static String digestOf(Path file) throws IOException {
        MessageDigest hash = Sha256.newDigest();
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream content = Files.newInputStream(file)) {
            for (int read = content.read(chunk); read >= 0; read = content.read(chunk)) {
                hash.update(chunk, 0, read);
            }
        }
        return Sha256.digestOf(hash);
    }
}
