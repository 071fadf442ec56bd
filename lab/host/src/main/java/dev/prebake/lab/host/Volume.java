package dev.prebake.lab.host;

import java.nio.file.Path;

/**
 * A volume of the lab.
 *
 * @param id its id, as EC2 writes it: {@code vol-0…}
 * @param sizeGiB its size
 * @param data the sparse file behind it, or, without a real data plane, the folder
 */
public record Volume(String id, int sizeGiB, Path data) {}
