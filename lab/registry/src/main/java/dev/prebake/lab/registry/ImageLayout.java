package dev.prebake.lab.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An OCI image layout: a directory with {@code oci-layout}, {@code index.json} and {@code blobs/sha256}.
 *
 * <p>An entry of the index that is annotated with {@code repository:tag} has that name; one with a bare tag, as other
 * tools write it, belongs to a repository named like the directory.
 */
public final class ImageLayout {
    static final String REFERENCE_ANNOTATION = "org.opencontainers.image.ref.name";

    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final List<StoredImage> images;

    private ImageLayout(Path directory, List<StoredImage> images) {
        this.directory = directory;
        this.images = List.copyOf(images);
    }

    /**
     * Writes images as a new layout, in place of whatever layout is there. The same images give the same digests. The
     * directory appears when it is whole; what a killed process left beside it is removed by the next write.
     *
     * @throws IOException if a source can't be read or the directory can't be written
     * @throws IllegalArgumentException if an image asks for what its format does not have
     */
    public static ImageLayout write(Path directory, List<ImageDefinition> images) throws IOException {
        Path target = directory.toAbsolutePath().normalize();
        Path parent = target.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("the root directory can't become an image layout");
        }
        if (Files.exists(target) && !Files.exists(target.resolve("oci-layout")) && !isEmpty(target)) {
            throw new ImageLayoutException("Writing an image layout to " + target
                    + " was refused: the directory has other content; name a new directory");
        }
        Files.createDirectories(parent);
        WorkDirectory.sweep(target);
        try (var part = WorkDirectory.beside(target)) {
            new LayoutWriter(part.path()).write(images);
            part.replace(target);
        }
        return open(target);
    }

    /** {@link #write(Path, List)} for a few images. */
    public static ImageLayout write(Path directory, ImageDefinition... images) throws IOException {
        return write(directory, List.of(images));
    }

    /**
     * Opens a layout and reads its indexes and manifests.
     *
     * @throws ImageLayoutException if the directory is no layout, or one of its manifests is missing
     */
    public static ImageLayout open(Path directory) throws IOException {
        Path base = directory.toAbsolutePath().normalize();
        if (!Files.isRegularFile(base.resolve("oci-layout"))) {
            throw new ImageLayoutException("Opening the image layout " + base
                    + " failed: it has no file oci-layout; name a directory that holds an OCI image layout");
        }
        var reader = new ImageLayout(base, List.of());
        var images = new ArrayList<StoredImage>();
        for (JsonNode entry : reader.read(base.resolve("index.json")).path("manifests")) {
            Path name = base.getFileName();
            String annotation =
                    entry.path("annotations").path(REFERENCE_ANNOTATION).asText("latest");
            int colon = annotation.lastIndexOf(':');
            String repository = colon > 0 ? annotation.substring(0, colon) : String.valueOf(name);
            Descriptor descriptor = descriptor(entry);
            var manifests = new ArrayList<StoredManifest>();
            reader.collect(descriptor, platform(entry.path("platform")), manifests);
            images.add(new StoredImage(repository, annotation.substring(colon + 1), descriptor, manifests));
        }
        return new ImageLayout(base, images);
    }

    /** Returns the layout's directory, absolute. */
    public Path directory() {
        return directory;
    }

    /** Returns the images in the order of the index. */
    public List<StoredImage> images() {
        return images;
    }

    /** Returns the image of that {@code repository:tag}. */
    public Optional<StoredImage> find(String reference) {
        return images.stream()
                .filter(image -> image.reference().equals(reference))
                .findFirst();
    }

    /**
     * Returns the image of that {@code repository:tag}.
     *
     * @throws IllegalArgumentException if the layout has no such image; the message lists those it has
     */
    public StoredImage image(String reference) {
        return find(reference)
                .orElseThrow(() -> new IllegalArgumentException(directory + " has no image " + reference + "; it has "
                        + images.stream().map(StoredImage::reference).toList()));
    }

    /**
     * Returns the file of a blob; whether it exists is not checked.
     *
     * @throws IllegalArgumentException if the digest is not one of SHA-256
     */
    public Path blob(String digest) {
        if (!DIGEST.matcher(digest).matches()) {
            throw new IllegalArgumentException("'" + digest + "' is no SHA-256 digest");
        }
        return directory.resolve("blobs").resolve("sha256").resolve(digest.substring("sha256:".length()));
    }

    private void collect(Descriptor descriptor, @Nullable Platform platform, List<StoredManifest> manifests)
            throws IOException {
        JsonNode document = read(blob(descriptor.digest()));
        if (ManifestFormat.isIndex(descriptor.mediaType())) {
            for (JsonNode entry : document.path("manifests")) {
                collect(descriptor(entry), platform(entry.path("platform")), manifests);
            }
            return;
        }
        Descriptor config = descriptor(document.path("config"));
        var layers = new ArrayList<Descriptor>();
        document.path("layers").forEach(layer -> layers.add(descriptor(layer)));
        Platform known = platform != null ? platform : platform(read(blob(config.digest())));
        manifests.add(new StoredManifest(known, descriptor, config, layers));
    }

    private JsonNode read(Path file) throws IOException {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            String reason = Files.exists(file) ? e.getMessage() : new NoSuchFileException(file.toString()).toString();
            throw new ImageLayoutException(
                    "Reading " + file + " of the image layout " + directory + " failed: " + reason
                            + "; make the layout again",
                    e);
        }
    }

    private static Descriptor descriptor(JsonNode node) {
        return new Descriptor(
                node.path("mediaType").asText(),
                node.path("digest").asText(),
                node.path("size").asLong());
    }

    private static @Nullable Platform platform(JsonNode node) {
        String os = node.path("os").asText();
        String architecture = node.path("architecture").asText();
        String variant = node.path("variant").asText();
        return os.isEmpty() || architecture.isEmpty()
                ? null
                : new Platform(os, architecture, variant.isEmpty() ? null : variant);
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        }
    }
}
