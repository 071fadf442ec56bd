package dev.prebake.lab.node;

import java.nio.file.Path;
import java.util.List;

/**
 * How a node differs from the host's own set-up.
 *
 * @param network whether it reaches registries; without, a pod starts from the volume or not at all
 * @param toolFolders folders searched before the host's PATH for containerd, its shim, ctr and runc
 */
public record NodeOptions(boolean network, List<Path> toolFolders) {
    public NodeOptions {
        toolFolders = List.copyOf(toolFolders);
    }

    /**
     * A node on the host's network with the host's containerd.
     *
     * @return the options
     */
    public static NodeOptions standard() {
        return new NodeOptions(true, List.of());
    }

    /**
     * The same, cut off from every network.
     *
     * @return a copy
     */
    public NodeOptions withoutNetwork() {
        return new NodeOptions(false, toolFolders);
    }

    /**
     * The same, with the programs of these folders.
     *
     * @param folders searched in this order
     * @return a copy
     */
    public NodeOptions withToolFolders(List<Path> folders) {
        return new NodeOptions(network, folders);
    }
}
