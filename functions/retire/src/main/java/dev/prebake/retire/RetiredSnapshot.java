package dev.prebake.retire;

/**
 * A snapshot that goes.
 *
 * @param snapshotId its ID
 * @param reason why it goes
 */
public record RetiredSnapshot(String snapshotId, String reason) {}
