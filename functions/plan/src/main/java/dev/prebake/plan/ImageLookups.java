package dev.prebake.plan;

import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.Excerpt;
import dev.prebake.kernel.ImageReference;
import dev.prebake.kernel.PlannedImage;
import dev.prebake.registry.Registry;
import dev.prebake.registry.ResolvedImage;
import dev.prebake.registry.UnresolvedImageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What the registries answered about all images of an input.
 *
 * @param found the images that can be baked, in the order of the input
 * @param missing the others, with what their registries answered, in that order too
 */
record ImageLookups(Map<ImageReference, ResolvedImage> found, Map<ImageReference, UnresolvedImageException> missing) {
    /** Registries limit the requests of a client; a list of 25 images is still looked up in seconds. */
    private static final int AT_ONCE = 8;

    /** Looks all images up, several at once, to the end: a problem with one doesn't hide those of others. */
    static ImageLookups of(Registry registry, List<ImageReference> images, Architecture architecture) {
        List<Callable<ResolvedImage>> questions = new ArrayList<>();
        for (ImageReference image : images) {
            questions.add(() -> registry.resolve(image, architecture));
        }
        Map<ImageReference, ResolvedImage> found = new LinkedHashMap<>();
        Map<ImageReference, UnresolvedImageException> missing = new LinkedHashMap<>();
        List<Future<ResolvedImage>> answers;
        try (ExecutorService executor = Executors.newFixedThreadPool(
                AT_ONCE, Thread.ofPlatform().daemon().name("lookup-", 0).factory())) {
            answers = executor.invokeAll(questions);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            images.forEach(
                    image -> missing.put(image, UnresolvedImageException.passing("the look-ups were interrupted", e)));
            return new ImageLookups(found, missing);
        }
        for (int i = 0; i < images.size(); i++) {
            try {
                found.put(images.get(i), answers.get(i).resultNow());
            } catch (IllegalStateException _) {
                missing.put(images.get(i), problem(answers.get(i)));
            }
        }
        return new ImageLookups(found, missing);
    }

    /** A line for each image that is missing: the image, and what its registry answered. */
    List<String> problems() {
        return missing.entrySet().stream()
                .map(entry -> Excerpt.bare(entry.getKey().toString()) + ": "
                        + entry.getValue().getMessage())
                .toList();
    }

    /** Whether all problems are of the kind that passes by itself; true when there is none. */
    boolean mayPass() {
        return missing.values().stream().allMatch(UnresolvedImageException::mayPass);
    }

    /** The images as the plan has them. */
    List<PlannedImage> planned() {
        return found.entrySet().stream()
                .map(entry -> new PlannedImage(
                        entry.getKey().toString(),
                        entry.getValue().digest(),
                        entry.getValue().manifestDigest(),
                        entry.getValue().compressedBytes(),
                        entry.getValue().layers().size()))
                .toList();
    }

    private static UnresolvedImageException problem(Future<ResolvedImage> answer) {
        return switch (answer.exceptionNow()) {
            case UnresolvedImageException unresolved -> unresolved;
            case RuntimeException fault -> throw fault;
            case Error fault -> throw fault;
            case Throwable fault -> throw new IllegalStateException("A look-up ended in what it doesn't throw.", fault);
        };
    }
}
