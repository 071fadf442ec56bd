package dev.prebake.command;

import java.time.Instant;

/**
 * What AwaitBake is handed.
 *
 * @param command what StartBake answered
 * @param startedAt when StartBake was entered
 * @param now when AwaitBake was entered
 */
public record AwaitBakeRequest(BakeCommand command, Instant startedAt, Instant now) {}
