package dev.prebake.plan;

import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.ImageReference;
import dev.prebake.registry.Registry;
import dev.prebake.registry.ResolvedImage;
import dev.prebake.registry.UnresolvedImageException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** A registry that has what a test put in; anything else isn't there. */
final class FakeRegistry implements Registry {
    private final Map<String, ResolvedImage> images = new ConcurrentHashMap<>();
    private final Map<String, UnresolvedImageException> failures = new ConcurrentHashMap<>();

    /** Puts in an image whose layers have these sizes; equal sizes are equal layers. */
    FakeRegistry has(String reference, long... layerBytes) {
        images.put(
                ImageReference.parse(reference).toString(),
                new ResolvedImage(
                        "sha256:index-of-" + reference,
                        "sha256:manifest-of-" + reference,
                        Arrays.stream(layerBytes)
                                .mapToObj(bytes -> new ResolvedImage.Layer("sha256:" + bytes, bytes))
                                .toList()));
        return this;
    }

    /** As {@link #has}, with that many images, numbered from 0 behind the prefix. */
    FakeRegistry hasMany(String prefix, int number) {
        IntStream.range(0, number).forEach(i -> has(prefix + i, 1_000 + i));
        return this;
    }

    FakeRegistry fails(String reference, UnresolvedImageException failure) {
        failures.put(ImageReference.parse(reference).toString(), failure);
        return this;
    }

    @Override
    public ResolvedImage resolve(ImageReference reference, Architecture architecture) {
        UnresolvedImageException failure = failures.get(reference.toString());
        if (failure != null) {
            throw failure;
        }
        ResolvedImage image = images.get(reference.toString());
        if (image == null) {
            throw UnresolvedImageException.lasting("fake answered 404 for " + architecture);
        }
        return image;
    }
}
