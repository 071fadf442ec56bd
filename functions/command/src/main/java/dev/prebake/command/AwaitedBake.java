package dev.prebake.command;

import dev.prebake.kernel.BakeReport;
import org.jspecify.annotations.Nullable;

/**
 * What AwaitBake answers.
 *
 * @param done whether the bake has succeeded; a failed one is an error
 * @param waitSeconds when to ask again, in seconds; absent when done
 * @param progress the newest progress; absent when done, and before the first
 * @param report the bake's report; absent until done
 */
public record AwaitedBake(
        boolean done,
        @Nullable Integer waitSeconds,
        @Nullable BakeProgress progress,
        @Nullable BakeReport report) {
    static AwaitedBake finished(BakeReport report) {
        return new AwaitedBake(true, null, null, report);
    }

    static AwaitedBake running(int waitSeconds, @Nullable BakeProgress progress) {
        return new AwaitedBake(false, waitSeconds, progress, null);
    }
}
