package dev.prebake.lab.registry;

import java.util.List;
import java.util.stream.IntStream;

/** The kinds of images that registries serve, a few kilobytes each. */
final class TestImages {
    private TestImages() {}

    static Layer layer(String name) {
        return Layer.builder()
                .file("etc/" + name, "this is " + name + "\n")
                .program("usr/bin/" + name, "#!/bin/sh\necho " + name + "\n")
                .symlink("usr/bin/also-" + name, name)
                .comment(name)
                .build();
    }

    static PlatformImage image(Platform platform, Layer... layers) {
        ImageConfig config = ImageConfig.EMPTY
                .withEnvironment(List.of("PATH=/usr/bin", "ARCHITECTURE=" + platform.architecture()))
                .withEntrypoint(List.of("/usr/bin/one"));
        return new PlatformImage(platform, config, List.of(layers));
    }

    static ImageDefinition single(String reference, Layer... layers) {
        return ImageDefinition.of(reference, image(Platform.AMD64, layers));
    }

    static ImageDefinition twoPlatforms(String reference) {
        return ImageDefinition.index(
                reference, List.of(image(Platform.AMD64, layer("one")), image(Platform.ARM64, layer("two"))));
    }

    static ImageDefinition sixtyLayers(String reference) {
        return single(
                reference,
                IntStream.rangeClosed(1, 60).mapToObj(n -> layer("layer" + n)).toArray(Layer[]::new));
    }
}
