package dev.prebake.lab.cloud;

import dev.prebake.lab.registry.Descriptor;
import dev.prebake.lab.registry.ImageConfig;
import dev.prebake.lab.registry.ImageDefinition;
import dev.prebake.lab.registry.ImageLayout;
import dev.prebake.lab.registry.Layer;
import dev.prebake.lab.registry.LoopbackRegistry;
import dev.prebake.lab.registry.Platform;
import dev.prebake.lab.registry.PlatformImage;
import dev.prebake.lab.registry.RegistryRequest;
import dev.prebake.lab.registry.RegistryRequest.Subject;
import dev.prebake.lab.registry.StoredImage;
import dev.prebake.lab.registry.StoredManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A small image of two layers, for this host's platform, behind an index; and a registry that has it. */
final class Images implements AutoCloseable {
    private final Path folder;
    final LoopbackRegistry registry;
    final StoredImage image;
    final StoredManifest manifest;

    Images(Path folder) throws IOException {
        this.folder = folder;
        ImageLayout layout = layout(folder, "team/app:1", "weights");
        image = layout.image("team/app:1");
        manifest = image.manifests().getFirst();
        registry = LoopbackRegistry.serve(layout);
    }

    /** Adds a second version of the image, whose upper layer alone is another one. */
    StoredImage addVersion2() throws IOException {
        ImageLayout layout = layout(folder.resolveSibling("version-2"), "team/app:2", "better weights");
        registry.add(layout);
        return layout.image("team/app:2");
    }

    private static ImageLayout layout(Path folder, String reference, String model) throws IOException {
        return ImageLayout.write(
                folder,
                ImageDefinition.index(
                        reference,
                        List.of(new PlatformImage(
                                Platform.current(),
                                ImageConfig.EMPTY.withCommand(List.of("/bin/app")),
                                List.of(
                                        Layer.builder()
                                                .program("/bin/app", "#!/bin/sh\n")
                                                .build(),
                                        Layer.builder()
                                                .file("/model", model.repeat(1000))
                                                .build())))));
    }

    String reference() {
        return registry.reference(image);
    }

    /** Index, manifest, configuration and layers. */
    List<String> digests() {
        return Stream.of(
                        Stream.of(image.digest(), manifest.descriptor().digest()),
                        Stream.of(manifest.config().digest()),
                        manifest.layers().stream().map(Descriptor::digest))
                .flatMap(digests -> digests)
                .toList();
    }

    /** Whether the request is for the upper layer, which the plan doesn't ask for, only the bake. */
    boolean isLayer(RegistryRequest request) {
        return request.subject() == Subject.BLOB
                && request.reference().equals(manifest.layers().getLast().digest());
    }

    @Override
    public void close() {
        registry.close();
    }
}
