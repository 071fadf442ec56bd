package dev.prebake.lab.registry;

import java.util.List;

/**
 * An image in a layout, under its name.
 *
 * @param repository the repository, such as {@code prebake/sample}
 * @param tag the tag
 * @param descriptor what the tag names: an index, or a manifest
 * @param manifests the manifest of each platform
 */
public record StoredImage(String repository, String tag, Descriptor descriptor, List<StoredManifest> manifests) {
    /** Copies the manifests. */
    public StoredImage {
        manifests = List.copyOf(manifests);
    }

    /** Returns {@code repository:tag}. */
    public String reference() {
        return repository + ":" + tag;
    }

    /** Returns the digest that the tag names. */
    public String digest() {
        return descriptor.digest();
    }
}
