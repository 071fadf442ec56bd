package dev.prebake.launch;

import dev.prebake.kernel.Builder;
import java.time.Instant;

/**
 * What AwaitBuilder is handed.
 *
 * @param builder the builder as known so far
 * @param startedAt when LaunchBuilder was entered
 * @param now when AwaitBuilder was entered
 */
public record AwaitBuilderRequest(Builder builder, Instant startedAt, Instant now) {}
