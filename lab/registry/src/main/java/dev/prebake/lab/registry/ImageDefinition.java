package dev.prebake.lab.registry;

import java.util.List;
import java.util.regex.Pattern;

/**
 * An image to be written under a name: for one platform, or an index over several.
 *
 * @param reference {@code repository:tag}, without a registry, such as {@code prebake/sample:1}
 * @param format the family of its media types
 * @param indexed whether the reference names an index; otherwise it names the one platform's manifest
 * @param platforms the image for each platform, at least one
 */
public record ImageDefinition(String reference, ManifestFormat format, boolean indexed, List<PlatformImage> platforms) {
    private static final Pattern REFERENCE = Pattern.compile(
            "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*:\\w[\\w.-]{0,127}");

    /** Checks the reference against the distribution specification's grammar, and that the platforms fit the kind. */
    public ImageDefinition {
        if (!REFERENCE.matcher(reference).matches()) {
            throw new IllegalArgumentException(
                    "'" + reference + "' is no repository:tag; write one like prebake/sample:1, without a registry");
        }
        platforms = List.copyOf(platforms);
        if (platforms.isEmpty() || (!indexed && platforms.size() > 1)) {
            throw new IllegalArgumentException(reference + " has " + platforms.size()
                    + " platforms; a manifest has exactly one, and an index at least one");
        }
    }

    /** Returns an OCI image for one platform. */
    public static ImageDefinition of(String reference, PlatformImage image) {
        return new ImageDefinition(reference, ManifestFormat.OCI, false, List.of(image));
    }

    /** Returns an OCI index over several platforms. */
    public static ImageDefinition index(String reference, List<PlatformImage> images) {
        return new ImageDefinition(reference, ManifestFormat.OCI, true, images);
    }

    /** Returns this image with Docker's media types. */
    public ImageDefinition asDocker() {
        return new ImageDefinition(reference, ManifestFormat.DOCKER, indexed, platforms);
    }
}
