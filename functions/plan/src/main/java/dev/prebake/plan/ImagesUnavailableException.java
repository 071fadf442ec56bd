package dev.prebake.plan;

import dev.prebake.kernel.PrebakeException;
import java.util.List;

/** Registries refused images of the input; the message has each one and what its registry answered, one a line. */
public final class ImagesUnavailableException extends PrebakeException {
    /** Makes the error that lists the images' problems. */
    ImagesUnavailableException(List<String> problems, int images) {
        super(Problems.message(
                problems.size() + " of " + Problems.count(images, "image") + " can't be baked:",
                problems,
                "Nothing was launched. Correct these images in the input and start the execution again."));
    }
}
