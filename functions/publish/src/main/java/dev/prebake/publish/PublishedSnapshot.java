package dev.prebake.publish;

/**
 * What PublishSnapshot answers.
 *
 * @param parameterName SSM parameter whose value is the snapshot's ID
 * @param manifestParameterName SSM parameter whose value is the {@link Manifest} as JSON
 * @param snapshotId the snapshot published
 * @param changed whether anything had to be written
 */
public record PublishedSnapshot(
        String parameterName, String manifestParameterName, String snapshotId, boolean changed) {}
