package dev.prebake.snapshot;

import org.jspecify.annotations.Nullable;

/**
 * What AwaitSnapshot answers.
 *
 * @param done whether the snapshot is complete and its volume gone
 * @param waitSeconds when to ask again, in seconds; absent when done
 * @param progressPercent how much of it EBS has copied, 0 to 100; absent while EBS doesn't say
 */
public record AwaitedSnapshot(
        boolean done,
        @Nullable Integer waitSeconds,
        @Nullable Integer progressPercent) {}
