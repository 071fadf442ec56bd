package dev.prebake.retire;

import java.util.List;

/**
 * What RetireSnapshots answers.
 *
 * @param retired IDs of the snapshots that were deleted, newest first
 * @param kept those that stay, newest first
 */
public record RetiredSnapshots(List<String> retired, List<KeptSnapshot> kept) {}
