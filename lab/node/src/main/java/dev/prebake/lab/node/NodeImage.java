package dev.prebake.lab.node;

import java.util.List;

/**
 * An image that a node has, as the CRI lists it.
 *
 * @param id the digest of its configuration
 * @param tags its references by tag
 * @param digests its references by digest
 * @param sizeBytes what containerd counts for it: the compressed size
 * @param pinned whether the kubelet's garbage collection leaves it alone
 */
public record NodeImage(String id, List<String> tags, List<String> digests, long sizeBytes, boolean pinned) {
    public NodeImage {
        tags = List.copyOf(tags);
        digests = List.copyOf(digests);
    }
}
