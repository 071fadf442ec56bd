package dev.prebake.publish;

import org.jspecify.annotations.Nullable;

/**
 * What PublishSnapshot answers.
 *
 * @param parameterName SSM parameter whose value is the snapshot's ID
 * @param manifestParameterName SSM parameter whose value is the {@link Manifest} as JSON
 * @param snapshotId the snapshot that is published now
 * @param changed whether anything had to be written but the time of the plan
 * @param newer what was left in place because it was decided later; absent when this execution's own snapshot is published
 */
public record PublishedSnapshot(
        String parameterName,
        String manifestParameterName,
        String snapshotId,
        boolean changed,
        @Nullable NewerPublication newer) {}
