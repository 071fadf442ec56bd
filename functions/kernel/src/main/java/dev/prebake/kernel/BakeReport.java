package dev.prebake.kernel;

import java.util.List;
import java.util.Map;

/**
 * What the bake script reports about a finished bake (see {@code bake/README.md}).
 *
 * @param containerd version of the containerd that baked
 * @param images what is on the volume, verified
 * @param volume the volume's figures
 * @param seconds wall time by phase: prepare, pull, verify, finish, total
 */
public record BakeReport(String containerd, List<BakedImage> images, BakedVolume volume, Map<String, Double> seconds) {}
