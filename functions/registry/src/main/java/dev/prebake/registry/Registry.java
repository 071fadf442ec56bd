package dev.prebake.registry;

import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.ImageReference;

/** Where images are looked up. Implementations are safe for use by several threads. */
public interface Registry {
    /**
     * What the reference stands for now, on Linux on this architecture.
     *
     * @throws UnresolvedImageException when the registry doesn't have it, doesn't give it, or has it only for others
     */
    ResolvedImage resolve(ImageReference reference, Architecture architecture);
}
