package dev.prebake.retire;

/**
 * A snapshot that stays.
 *
 * @param snapshotId its ID
 * @param reason why it stays
 */
public record KeptSnapshot(String snapshotId, String reason) {}
