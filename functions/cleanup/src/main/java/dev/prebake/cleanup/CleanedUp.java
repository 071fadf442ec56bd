package dev.prebake.cleanup;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What CleanUp answers.
 *
 * @param done whether nothing is left
 * @param waitSeconds when to call again, in seconds; absent when done
 * @param removed IDs of what this call has terminated or deleted, and of snapshots whose Fast Snapshot Restore it disabled
 */
public record CleanedUp(boolean done, @Nullable Integer waitSeconds, List<String> removed) {}
