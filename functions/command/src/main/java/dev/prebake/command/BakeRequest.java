package dev.prebake.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.BakePlan;
import dev.prebake.kernel.Json;
import dev.prebake.kernel.RegistrySettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the bake script is asked to do (see {@code bake/README.md}).
 *
 * @param volumeId EBS volume ID of the volume to fill
 * @param architecture platform to pull for
 * @param images what to pull
 * @param base ID of the snapshot that the volume was made from; absent when the volume is empty
 * @param registries how registries are reached where their names don't say all; a list, since SSM would read the doubled
 *     braces of nested objects
 */
record BakeRequest(
        String volumeId,
        Architecture architecture,
        List<Image> images,
        @Nullable String base,
        List<RegistrySettings> registries) {
    /**
     * An image to pull.
     *
     * @param reference the name it gets on the volume
     * @param digest what to pull
     * @param manifestDigest the platform's manifest, which is the digest itself unless that is an index
     * @param compressedBytes size of its layers as the registry serves them, in bytes, for the progress
     */
    record Image(String reference, String digest, String manifestDigest, long compressedBytes) {}

    static BakeRequest of(BakePlan plan, String volumeId, @Nullable String base) {
        return new BakeRequest(
                volumeId,
                plan.architecture(),
                plan.images().stream()
                        .map(image -> new Image(
                                image.reference(), image.digest(), image.manifestDigest(), image.compressedBytes()))
                        .toList(),
                base,
                plan.registries());
    }

    /**
     * The compact JSON text. It stands in single quotes in a shell script: the document's {@code allowedPattern} admits
     * nothing that a shell or SSM would expand there, and IDs, digests, canonical references, ARNs and the other settings of
     * registries need nothing else.
     */
    String toJson() {
        try {
            return Json.mapper().writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new AssertionError("A record of texts and numbers can be written.", e);
        }
    }
}
