package dev.prebake.publish;

import java.time.Instant;

/**
 * What was left in place, since it was decided later than what was to be published.
 *
 * @param snapshotId the published snapshot
 * @param publishedBy name of the execution that published it
 * @param plannedAt when that had decided what to publish
 */
public record NewerPublication(String snapshotId, String publishedBy, Instant plannedAt) {}
