package dev.prebake.lab.registry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One platform's manifest in a layout.
 *
 * @param platform what the image runs on, as its index or its configuration says
 * @param descriptor the manifest
 * @param config the configuration
 * @param layers the layers from the lowest up
 */
public record StoredManifest(
        @Nullable Platform platform, Descriptor descriptor, Descriptor config, List<Descriptor> layers) {
    /** Copies the layers. */
    public StoredManifest {
        layers = List.copyOf(layers);
    }

    /** Returns the bytes of all layers as they are stored and pulled. */
    public long compressedBytes() {
        return layers.stream().mapToLong(Descriptor::size).sum();
    }
}
