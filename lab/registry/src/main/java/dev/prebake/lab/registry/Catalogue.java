package dev.prebake.lab.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** What a registry serves: which tags and blobs each repository has. A blob is served only where an image refers to it. */
final class Catalogue {
    private final Map<String, Repository> repositories = new ConcurrentHashMap<>();

    /**
     * A blob and where it lies.
     *
     * @param descriptor its media type, digest and size
     * @param file its content
     * @param manifest whether it is a manifest or an index
     */
    record Content(Descriptor descriptor, Path file, boolean manifest) {}

    private record Repository(Map<String, String> digestByTag, Map<String, Content> byDigest) {}

    void add(ImageLayout layout) throws IOException {
        for (StoredImage image : layout.images()) {
            Repository repository = repositories.computeIfAbsent(
                    image.repository(), _ -> new Repository(new ConcurrentHashMap<>(), new ConcurrentHashMap<>()));
            put(layout, repository, image.descriptor(), true);
            for (StoredManifest manifest : image.manifests()) {
                put(layout, repository, manifest.descriptor(), true);
                put(layout, repository, manifest.config(), false);
                for (Descriptor layer : manifest.layers()) {
                    put(layout, repository, layer, false);
                }
            }
            // Last, so that a tag never names what is not there yet.
            repository.digestByTag().put(image.tag(), image.digest());
        }
    }

    private static void put(ImageLayout layout, Repository repository, Descriptor descriptor, boolean manifest)
            throws IOException {
        Path file = layout.blob(descriptor.digest());
        if (!Files.isRegularFile(file) || Files.size(file) != descriptor.size()) {
            throw new ImageLayoutException("Serving " + layout.directory() + " failed: " + descriptor.digest()
                    + " is missing or does not have " + descriptor.size() + " bytes; make the layout again");
        }
        repository.byDigest().put(descriptor.digest(), new Content(descriptor, file, manifest));
    }

    boolean hasRepository(String name) {
        return repositories.containsKey(name);
    }

    Optional<Content> manifest(String name, String reference) {
        return Optional.ofNullable(repositories.get(name))
                .flatMap(repository -> Optional.ofNullable(
                        repository.byDigest().get(repository.digestByTag().getOrDefault(reference, reference))))
                .filter(Content::manifest);
    }

    Optional<Content> blob(String name, String digest) {
        return Optional.ofNullable(repositories.get(name))
                .flatMap(repository -> Optional.ofNullable(repository.byDigest().get(digest)));
    }

    SortedSet<String> tags(String name) {
        Repository repository = repositories.get(name);
        return repository == null
                ? new TreeSet<>()
                : new TreeSet<>(repository.digestByTag().keySet());
    }
}
