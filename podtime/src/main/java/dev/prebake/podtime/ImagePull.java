package dev.prebake.podtime;

import org.jspecify.annotations.Nullable;

/**
 * How a container came by its image.
 *
 * @param container whose image
 * @param image as the specification names it
 * @param alreadyPresent whether the node had it, so that nothing was pulled; absent where no event says
 * @param pull how long the pull took, by the kubelet's own count
 * @param waiting how long it waited for others' pulls before
 * @param bytes its size as the container runtime counts it; absent where the kubelet doesn't say
 */
public record ImagePull(
        String container,
        String image,
        @Nullable Boolean alreadyPresent,
        Figure pull,
        Figure waiting,
        @Nullable Long bytes) {}
