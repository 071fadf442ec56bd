package dev.prebake.publish;

import dev.prebake.kernel.BakePlan;
import dev.prebake.kernel.BakeReport;
import dev.prebake.kernel.BakedSnapshot;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What PublishSnapshot is handed.
 *
 * @param plan what the snapshot was baked for
 * @param snapshot the completed snapshot
 * @param report the bake's report; absent when the snapshot is reused
 * @param execution name of the execution
 * @param now when PublishSnapshot was entered
 */
public record PublishRequest(
        BakePlan plan, BakedSnapshot snapshot, @Nullable BakeReport report, String execution, Instant now) {}
