package dev.prebake.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The instance of one bake.
 *
 * @param instanceId EC2 instance ID
 * @param instanceType its type, the first of the plan's that EC2 had room for
 * @param availabilityZone where it runs
 * @param volumeId its data volume; absent until EC2 has attached it
 * @param base ID of the snapshot that its data volume was made from; absent when that began empty
 */
public record Builder(
        String instanceId,
        String instanceType,
        String availabilityZone,
        @Nullable String volumeId,
        @Nullable String base) {}
