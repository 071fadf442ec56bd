package dev.prebake.lab.node;

import java.time.Duration;
import java.util.List;

/**
 * A pod with one container on the host's network, its image pulled if the node lacks it ({@code IfNotPresent}).
 *
 * @param name a name for messages and logs: letters, digits and dashes
 * @param image the image reference
 * @param command what runs instead of the image's entrypoint; empty for the image's own
 * @param arguments what it gets instead of the image's arguments; empty for the image's own
 * @param waitForExit whether the start is measured to the program's end, or only to its start
 * @param limit how long the pull, and then the program, may take each
 * @param pull how the image's registry is reached
 */
public record PodSpec(
        String name,
        String image,
        List<String> command,
        List<String> arguments,
        boolean waitForExit,
        Duration limit,
        PullSettings pull) {
    private static final Duration DEFAULT_LIMIT = Duration.ofMinutes(30);

    public PodSpec {
        command = List.copyOf(command);
        arguments = List.copyOf(arguments);
    }

    /**
     * A pod whose program runs to its end.
     *
     * @param name a name for messages and logs
     * @param image the image reference
     * @param command what runs instead of the image's entrypoint; none for the image's own
     * @return the specification
     */
    public static PodSpec toExit(String name, String image, String... command) {
        return new PodSpec(name, image, List.of(command), List.of(), true, DEFAULT_LIMIT, PullSettings.NONE);
    }

    /**
     * A pod that counts as started when its program has started; it is ended then.
     *
     * @param name a name for messages and logs
     * @param image the image reference
     * @param command what runs instead of the image's entrypoint; none for the image's own
     * @return the specification
     */
    public static PodSpec toStart(String name, String image, String... command) {
        return new PodSpec(name, image, List.of(command), List.of(), false, DEFAULT_LIMIT, PullSettings.NONE);
    }
}
