package dev.prebake.lab.host;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A point-in-time copy of a volume.
 *
 * @param id its id, as EC2 writes it: {@code snap-0…}
 * @param sizeGiB the size of the volume it was made from
 * @param usedBytes what it occupies on the host's disk: blocks that were ever written and not trimmed
 * @param data the sparse file, or, without a real data plane, the folder
 */
public record Snapshot(String id, int sizeGiB, long usedBytes, Path data) {
    /**
     * A snapshot just made, with what making it took.
     *
     * @param snapshot the snapshot
     * @param took the time of the copy, flushes included
     */
    public record Made(Snapshot snapshot, Duration took) {}
}
