package dev.prebake.lab.registry;

import java.util.List;

/**
 * An image for one platform, to be written.
 *
 * @param platform what it runs on
 * @param config what it runs
 * @param layers its layers from the lowest up; the same {@link Layer} object in two images is written once
 */
public record PlatformImage(Platform platform, ImageConfig config, List<Layer> layers) {
    /** Copies the layers. */
    public PlatformImage {
        layers = List.copyOf(layers);
    }
}
