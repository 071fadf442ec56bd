package dev.prebake.lab.node;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * What starting a pod took, in the parts of the kubelet's work, by a monotonic clock. The parts add up to the whole.
 *
 * @param image the image reference
 * @param imageWasPresent whether the node had the image, so that nothing was pulled
 * @param lookup asking the node whether it has the image
 * @param fetch from the pull's start until the last blob of the image was in containerd's content store; layers are
 *     unpacked meanwhile too
 * @param unpack the rest of the pull
 * @param sandbox making the pod's sandbox
 * @param create making the container
 * @param start starting its program
 * @param run the program itself, to its end; zero when that was not waited for
 * @param exitCode the program's, when it was waited for
 * @param lastLines the last lines that the program wrote, at most 20
 */
public record PodStart(
        String image,
        boolean imageWasPresent,
        Duration lookup,
        Duration fetch,
        Duration unpack,
        Duration sandbox,
        Duration create,
        Duration start,
        Duration run,
        OptionalInt exitCode,
        List<String> lastLines) {
    public PodStart {
        lastLines = List.copyOf(lastLines);
    }

    /**
     * The pull.
     *
     * @return fetch and unpack
     */
    public Duration pull() {
        return fetch.plus(unpack);
    }

    /**
     * The time until the program had started.
     *
     * @return everything but the run
     */
    public Duration untilStarted() {
        return lookup.plus(pull()).plus(sandbox).plus(create).plus(start);
    }

    /**
     * The whole.
     *
     * @return until the program's end, or its start when the end was not waited for
     */
    public Duration total() {
        return untilStarted().plus(run);
    }
}
