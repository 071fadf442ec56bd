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
 * @param problems a line for each of the others: the image, and what its registry answered
 * @param mayPass whether all problems are of the kind that passes by itself; true when there is none
 */
record ImageLookups(Map<ImageReference, ResolvedImage> found, List<String> problems, boolean mayPass) {
    /** Registries limit the requests of a client; a list of 25 images is still looked up in seconds. */
    private static final int AT_ONCE = 8;

    /** Looks all images up, several at once, to the end: a problem with one doesn't hide those of others. */
    static ImageLookups of(Registry registry, List<ImageReference> images, Architecture architecture) {
        List<Callable<ResolvedImage>> questions = new ArrayList<>();
        for (ImageReference image : images) {
            questions.add(() -> registry.resolve(image, architecture));
        }
        List<Future<ResolvedImage>> answers;
        try (ExecutorService executor = Executors.newFixedThreadPool(
                AT_ONCE, Thread.ofPlatform().daemon().name("lookup-", 0).factory())) {
            answers = executor.invokeAll(questions);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new ImageLookups(Map.of(), List.of("the look-ups of the images were interrupted"), true);
        }
        Map<ImageReference, ResolvedImage> found = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        boolean mayPass = true;
        for (int i = 0; i < images.size(); i++) {
            try {
                found.put(images.get(i), answers.get(i).resultNow());
            } catch (IllegalStateException _) {
                UnresolvedImageException problem = problem(answers.get(i));
                problems.add(Excerpt.bare(images.get(i).toString()) + ": " + problem.getMessage());
                mayPass &= problem.mayPass();
            }
        }
        return new ImageLookups(found, problems, mayPass);
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
