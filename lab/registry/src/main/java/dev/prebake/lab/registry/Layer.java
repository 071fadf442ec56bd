package dev.prebake.lab.registry;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * One layer of an image, before it is written: a tar that already exists, or entries out of which a tar is made.
 *
 * <p>The same entries give the same bytes: names are sorted, times are {@link #TIME} unless kept, owners are root
 * unless kept, and parent directories that nobody named are added with mode 0755. Hard links inside a tree stay hard
 * links, and a character device 0/0, as overlayfs leaves it for a deleted file, becomes a whiteout. Extended attributes
 * are not read: a layer that needs them comes as a tar.
 */
public final class Layer {
    /** The modification time of every entry whose own is not kept. */
    public static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

    private static final int TYPE_MASK = 0170000;
    private static final int PERMISSIONS = 07777;
    private static final int EXECUTABLE_FILE = 0755;
    private static final int BUFFER = 1 << 17;

    private final Source source;
    private final Compression compression;
    private final String comment;

    private Layer(Source source, Compression compression, String comment) {
        this.source = source;
        this.compression = compression;
        this.comment = comment;
    }

    /** Returns a layer whose bytes are those of a tar file, compressed with {@link Compression#GZIP}. */
    public static Layer tar(Path file) {
        return new Layer(new TarFile(file), Compression.GZIP, "tar " + file.getFileName());
    }

    /** Returns a layer that holds a directory's whole content at the image's root. */
    public static Layer directory(Path directory) throws IOException {
        return builder().tree("", directory).build();
    }

    /** Returns a builder without entries. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the same layer, stored in another way. */
    public Layer compressed(Compression how) {
        return new Layer(source, how, comment);
    }

    /** Returns the same layer with another line for the image's history. */
    public Layer commented(String text) {
        return new Layer(source, compression, text);
    }

    /** Returns how this layer is stored. */
    public Compression compression() {
        return compression;
    }

    /** Returns the line that stands for this layer in the image's history. */
    public String comment() {
        return comment;
    }

    /** Returns about how many bytes the tar has, so that the longest work can begin first. */
    long weight() throws IOException {
        return source.weight();
    }

    /** Writes the layer's tar, not compressed; the stream stays open. */
    void writeTar(OutputStream out) throws IOException {
        source.writeTar(out);
    }

    private sealed interface Source permits TarFile, Entries {
        long weight() throws IOException;

        void writeTar(OutputStream out) throws IOException;
    }

    private record TarFile(Path file) implements Source {
        @Override
        public long weight() throws IOException {
            return Files.size(file);
        }

        @Override
        public void writeTar(OutputStream out) throws IOException {
            Files.copy(file, out);
        }
    }

    private sealed interface Entry permits OnDisk, Bytes, Directory, Symlink {}

    private record OnDisk(Path path, boolean follow) implements Entry {}

    @SuppressWarnings("ArrayRecordComponent") // private, and never compared
    private record Bytes(byte[] content, int mode) implements Entry {}

    private record Directory(int mode) implements Entry {}

    private record Symlink(String target) implements Entry {}

    private record Inode(Object device, Object number) {}

    private record Entries(TreeMap<String, Entry> byName, boolean keepOwners, boolean keepTimes) implements Source {
        @Override
        public long weight() throws IOException {
            long sum = 0;
            for (Entry entry : byName.values()) {
                sum += switch (entry) {
                    case OnDisk(Path path, boolean _) when Files.isRegularFile(path) -> Files.size(path);
                    case Bytes(byte[] content, int _) -> content.length;
                    default -> 0;
                };
            }
            return sum;
        }

        @Override
        @SuppressWarnings("resource") // closing the tar would close the caller's stream
        public void writeTar(OutputStream out) throws IOException {
            var buffered = new BufferedOutputStream(out, BUFFER);
            var tar = new TarArchiveOutputStream(buffered, StandardCharsets.UTF_8.name());
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            tar.setAddPaxHeadersForNonAsciiNames(true);
            var seen = new HashMap<Inode, String>();
            for (Map.Entry<String, Entry> named : byName.entrySet()) {
                write(tar, named.getKey(), named.getValue(), seen);
            }
            tar.finish();
            buffered.flush();
        }

        private void write(TarArchiveOutputStream tar, String name, Entry entry, Map<Inode, String> seen)
                throws IOException {
            switch (entry) {
                case OnDisk(Path path, boolean follow) -> writeOnDisk(tar, name, path, follow, seen);
                case Bytes(byte[] content, int mode) -> {
                    TarArchiveEntry header = header(name, TarConstants.LF_NORMAL, mode);
                    header.setSize(content.length);
                    tar.putArchiveEntry(header);
                    tar.write(content);
                    tar.closeArchiveEntry();
                }
                case Directory(int mode) -> put(tar, header(name + "/", TarConstants.LF_DIR, mode));
                case Symlink(String target) -> {
                    TarArchiveEntry header = header(name, TarConstants.LF_SYMLINK, 0777);
                    header.setLinkName(target);
                    put(tar, header);
                }
            }
        }

        private void writeOnDisk(
                TarArchiveOutputStream tar, String name, Path path, boolean follow, Map<Inode, String> seen)
                throws IOException {
            LinkOption[] options = follow ? new LinkOption[0] : new LinkOption[] {LinkOption.NOFOLLOW_LINKS};
            Map<String, Object> unix = Files.readAttributes(path, "unix:*", options);
            int mode = (Integer) attribute(unix, "mode");
            int permissions = mode & PERMISSIONS;
            switch (mode & TYPE_MASK) {
                case 0040000 -> put(tar, owned(header(name + "/", TarConstants.LF_DIR, permissions), unix));
                case 0120000 -> {
                    TarArchiveEntry header = owned(header(name, TarConstants.LF_SYMLINK, 0777), unix);
                    header.setLinkName(Files.readSymbolicLink(path).toString());
                    put(tar, header);
                }
                case 0010000 -> put(tar, owned(header(name, TarConstants.LF_FIFO, permissions), unix));
                case 0020000, 0060000 -> writeDevice(tar, name, mode, unix);
                case 0140000 -> {
                    // A socket means nothing without the process that listens on it, and tar has no type for it.
                }
                default -> writeFile(tar, name, path, unix, seen);
            }
        }

        private void writeDevice(TarArchiveOutputStream tar, String name, int mode, Map<String, Object> unix)
                throws IOException {
            long device = ((Number) attribute(unix, "rdev")).longValue();
            boolean character = (mode & TYPE_MASK) == 0020000;
            if (character && device == 0) {
                int slash = name.lastIndexOf('/') + 1;
                String whiteout = name.substring(0, slash) + ".wh." + name.substring(slash);
                put(tar, header(whiteout, TarConstants.LF_NORMAL, 0));
                return;
            }
            TarArchiveEntry header = owned(
                    header(name, character ? TarConstants.LF_CHR : TarConstants.LF_BLK, mode & PERMISSIONS), unix);
            // glibc's encoding of a device number: gnu_dev_major and gnu_dev_minor.
            header.setDevMajor((int) (((device >>> 8) & 0xfff) | ((device >>> 32) & 0xfffff000L)));
            header.setDevMinor((int) ((device & 0xff) | ((device >>> 12) & 0xffffff00L)));
            put(tar, header);
        }

        private void writeFile(
                TarArchiveOutputStream tar, String name, Path path, Map<String, Object> unix, Map<Inode, String> seen)
                throws IOException {
            int permissions = (Integer) attribute(unix, "mode") & PERMISSIONS;
            if ((Integer) attribute(unix, "nlink") > 1) {
                String first = seen.putIfAbsent(new Inode(attribute(unix, "dev"), attribute(unix, "ino")), name);
                if (first != null) {
                    TarArchiveEntry header = owned(header(name, TarConstants.LF_LINK, permissions), unix);
                    header.setLinkName(first);
                    put(tar, header);
                    return;
                }
            }
            TarArchiveEntry header = owned(header(name, TarConstants.LF_NORMAL, permissions), unix);
            header.setSize(((Number) attribute(unix, "size")).longValue());
            tar.putArchiveEntry(header);
            Files.copy(path, tar);
            tar.closeArchiveEntry();
        }

        private TarArchiveEntry owned(TarArchiveEntry header, Map<String, Object> unix) {
            if (keepOwners) {
                header.setUserId((Integer) attribute(unix, "uid"));
                header.setGroupId((Integer) attribute(unix, "gid"));
            }
            if (keepTimes) {
                // Whole seconds: what programs compare (Python's compiled files do), and what plain tar headers hold.
                long seconds = ((FileTime) attribute(unix, "lastModifiedTime"))
                        .toInstant()
                        .getEpochSecond();
                header.setModTime(FileTime.from(Instant.ofEpochSecond(seconds)));
            }
            return header;
        }

        private static Object attribute(Map<String, Object> unix, String name) {
            return Objects.requireNonNull(unix.get(name), name);
        }

        private static TarArchiveEntry header(String name, byte type, int mode) {
            var header = new TarArchiveEntry(name, type);
            header.setMode(mode);
            header.setModTime(FileTime.from(TIME));
            // The library fills in the user who runs this.
            header.setUserName("");
            header.setGroupName("");
            header.setIds(0, 0);
            return header;
        }

        private static void put(TarArchiveOutputStream tar, TarArchiveEntry header) throws IOException {
            tar.putArchiveEntry(header);
            tar.closeArchiveEntry();
        }
    }

    /** Collects a layer's entries. Targets are paths in the image, with or without the leading slash. */
    public static final class Builder {
        private final TreeMap<String, Entry> entries = new TreeMap<>();
        private boolean keepOwners;
        private boolean keepTimes;
        private Compression compression = Compression.GZIP;
        private String comment = "files";

        private Builder() {}

        /**
         * Adds everything below a directory; symbolic links stay links.
         *
         * @param target where the directory's content goes; empty is the root
         */
        public Builder tree(String target, Path directory) throws IOException {
            String prefix = clean(target);
            try (Stream<Path> walk = Files.walk(directory)) {
                for (Iterator<Path> paths = walk.iterator(); paths.hasNext(); ) {
                    Path path = paths.next();
                    String relative = directory.relativize(path).toString();
                    String name = prefix.isEmpty() || relative.isEmpty() ? prefix + relative : prefix + "/" + relative;
                    if (!name.isEmpty()) {
                        put(name, new OnDisk(path, false));
                    }
                }
            }
            return this;
        }

        /** Adds one file with its mode; a symbolic link is followed. */
        public Builder file(String target, Path file) {
            return put(target, new OnDisk(file, true));
        }

        /** Adds a file of the given text, mode 0644. */
        public Builder file(String target, String text) {
            return file(target, text.getBytes(StandardCharsets.UTF_8), 0644);
        }

        /** Adds a file of the given bytes. */
        public Builder file(String target, byte[] content, int mode) {
            return put(target, new Bytes(content.clone(), mode));
        }

        /** Adds a program of the given text, mode 0755. */
        public Builder program(String target, String text) {
            return file(target, text.getBytes(StandardCharsets.UTF_8), EXECUTABLE_FILE);
        }

        /** Adds a directory. */
        public Builder directory(String target, int mode) {
            return put(target, new Directory(mode));
        }

        /** Adds a symbolic link. */
        public Builder symlink(String target, String pointsTo) {
            return put(target, new Symlink(pointsTo));
        }

        /** Deletes a path of the layers below (OCI image specification, "whiteouts"). */
        public Builder whiteout(String target) {
            String name = clean(target);
            int slash = name.lastIndexOf('/') + 1;
            return file(name.substring(0, slash) + ".wh." + name.substring(slash), new byte[0], 0);
        }

        /** Keeps the owners of files on disk by number, instead of root. */
        public Builder keepOwners() {
            keepOwners = true;
            return this;
        }

        /** Keeps the modification times of files on disk, in whole seconds, instead of {@link Layer#TIME}. */
        public Builder keepTimes() {
            keepTimes = true;
            return this;
        }

        /** Says how the layer is stored; by default {@link Compression#GZIP}. */
        public Builder compression(Compression how) {
            compression = how;
            return this;
        }

        /** Says what stands for the layer in the image's history. */
        public Builder comment(String text) {
            comment = text;
            return this;
        }

        /** Returns the layer of the entries so far. */
        public Layer build() {
            var all = new TreeMap<>(entries);
            for (String name : List.copyOf(all.keySet())) {
                for (int slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
                    all.putIfAbsent(name.substring(0, slash), new Directory(EXECUTABLE_FILE));
                }
            }
            return new Layer(new Entries(all, keepOwners, keepTimes), compression, comment);
        }

        private Builder put(String target, Entry entry) {
            String name = clean(target);
            if (name.isEmpty()) {
                throw new IllegalArgumentException("an entry needs a path below the image's root");
            }
            entries.put(name, entry);
            return this;
        }

        private static String clean(String target) {
            String path = Path.of("/").resolve(target).normalize().toString();
            return path.substring(1);
        }
    }
}
