package dev.prebake.registry;

import dev.prebake.kernel.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Content by its digest, in files as an OCI image layout has them below {@code blobs}
 * (https://github.com/opencontainers/image-spec/blob/main/image-layout.md). A file is there whole and checked, or not at all.
 */
public final class BlobFolder {
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path folder;
    private final Set<String> named = new HashSet<>();
    private long fetchedBytes;

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
        store(digest, file -> {
            try {
                Files.write(file, content);
            } catch (IOException e) {
                throw new UncheckedIOException("Writing " + file + " failed: " + e, e);
            }
        });
    }

    /**
     * Fetches a blob from a source unless it is there.
     *
     * @throws UnresolvedImageException when the source wrote something else than the digest says
     * @throws UncheckedIOException when the folder can't be written to
     */
    void add(String digest, Source source) {
        fetchedBytes += store(digest, source);
    }

    /** Returns how many bytes were written; none when the blob was there. */
    private long store(String digest, Source source) {
        named.add(digest);
        Path target = file(digest);
        if (Files.exists(target)) {
            return 0;
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
                return Files.size(target);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Adding blob " + digest + " to " + folder + " failed: " + e, e);
        }
    }

    /** Compressed bytes of the layers that were fetched through this object, because they weren't there before. */
    public long fetchedBytes() {
        return fetchedBytes;
    }

    /**
     * Why the folder can't be gone on from: a file in it that isn't what its name says. Reads all of it.
     *
     * @return the problem in words; nothing when every file is whole
     * @throws UncheckedIOException when the folder can't be read
     */
    public Optional<String> problem() {
        for (Path file : files()) {
            try {
                String digest = digestOf(file);
                if (!file.equals(file(digest))) {
                    return Optional.of("blob " + file.getFileName() + " has content whose digest is " + digest);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("Reading " + file + " failed: " + e, e);
            }
        }
        return Optional.empty();
    }

    /**
     * Deletes every file that was not asked for through this object, whether it was there or was added.
     *
     * @throws UncheckedIOException when the folder can't be written to
     */
    public void dropOthers() {
        Set<Path> wanted = named.stream().map(this::file).collect(Collectors.toSet());
        for (Path file : files()) {
            if (!wanted.contains(file)) {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException("Deleting " + file + " failed: " + e, e);
                }
            }
        }
    }

    private List<Path> files() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Listing " + folder + " failed: " + e, e);
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
