package dev.prebake.plan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.ImageReference;
import dev.prebake.registry.AwsRegistryAccess;
import dev.prebake.registry.DistributionRegistry;
import dev.prebake.registry.ResolvedImage;
import dev.prebake.registry.UnresolvedImageException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An image of an input as its registry has it now, asked as PlanBake asks, without an execution.
 *
 * @param reference its reference, as the manifest of a snapshot has it
 * @param digest what it stands for now; absent when its registry doesn't give it
 * @param compressedBytes sum of its layers as the registry serves them; absent when its registry doesn't give it
 * @param problem what the registry answered instead; absent when it gives the image
 * @param mayPass whether that may pass by itself: an overloaded registry, no answer in time
 */
public record ImagePreview(
        String reference,
        @Nullable String digest,
        @Nullable Long compressedBytes,
        @Nullable String problem,
        boolean mayPass) {
    /**
     * Asks for all images of an input.
     *
     * @param input an execution's input, merged over the deployment's defaults
     * @throws InvalidInputException when PlanBake would refuse it, with all that is wrong
     */
    public static List<ImagePreview> of(JsonNode input) {
        return switch (ExecutionInput.read(input)) {
            case ExecutionInput.Reading.Invalid invalid -> throw new InvalidInputException(invalid.problems());
            case ExecutionInput.Reading.Valid(ExecutionInput valid) -> {
                ImageLookups lookups = ImageLookups.of(
                        new DistributionRegistry(new AwsRegistryAccess(valid.registries())),
                        valid.images(),
                        valid.architecture());
                yield valid.images().stream().map(image -> of(image, lookups)).toList();
            }
        };
    }

    private static ImagePreview of(ImageReference image, ImageLookups lookups) {
        String reference = image.toString();
        ResolvedImage found = lookups.found().get(image);
        if (found != null) {
            return new ImagePreview(reference, found.digest(), found.compressedBytes(), null, false);
        }
        // Each is in one of the two.
        UnresolvedImageException missing =
                Objects.requireNonNull(lookups.missing().get(image));
        return new ImagePreview(reference, null, null, missing.getMessage(), missing.mayPass());
    }
}
