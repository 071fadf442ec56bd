package dev.prebake.retire;

/**
 * What RetireSnapshots is handed.
 *
 * @param cacheName name of the cache
 * @param retainSnapshots how many of its newest snapshots stay, 1 or more
 * @param publishedSnapshotId the one that is published, which stays whatever its age
 */
public record RetireRequest(String cacheName, int retainSnapshots, String publishedSnapshotId) {}
