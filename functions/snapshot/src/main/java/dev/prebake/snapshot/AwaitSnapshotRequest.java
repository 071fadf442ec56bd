package dev.prebake.snapshot;

import dev.prebake.kernel.BakedSnapshot;
import java.time.Instant;

/**
 * What AwaitSnapshot is handed.
 *
 * @param snapshot the snapshot that was begun
 * @param volumeId the volume it is taken from
 * @param startedAt when CreateSnapshot was entered
 * @param now when AwaitSnapshot was entered
 */
public record AwaitSnapshotRequest(BakedSnapshot snapshot, String volumeId, Instant startedAt, Instant now) {}
