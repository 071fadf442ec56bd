package dev.prebake.cleanup;

import java.time.Instant;

/**
 * What CleanUp is handed.
 *
 * @param execution name of the execution that failed
 * @param parameterName SSM parameter of its cache: a snapshot that is published there stays as it is, whatever failed after
 * @param startedAt when it failed
 * @param now when CleanUp was entered
 */
public record CleanUpRequest(String execution, String parameterName, Instant startedAt, Instant now) {}
