package dev.prebake.cleanup;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What CleanUp is handed.
 *
 * @param execution name of the execution that failed
 * @param cacheName name of its cache
 * @param parameterName SSM parameter of its cache: a snapshot that is published there stays as it is, whatever failed after
 * @param snapshotId the snapshot that it was to publish, which may be an earlier execution's; absent when it had none yet
 * @param startedAt when it failed
 * @param now when CleanUp was entered
 */
public record CleanUpRequest(
        String execution,
        String cacheName,
        String parameterName,
        @Nullable String snapshotId,
        Instant startedAt,
        Instant now) {}
