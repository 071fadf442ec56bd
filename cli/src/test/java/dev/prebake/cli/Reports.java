package dev.prebake.cli;

import dev.prebake.kernel.BakeBase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reports of runs, for tests. */
final class Reports {
    private static final LocalReport.Snapshot SNAPSHOT = new LocalReport.Snapshot(
            "snap-0a",
            10,
            354_000_000L,
            List.of(new LocalReport.Image("127.0.0.1:5055/app:1", "sha256:aa", 141_000_000, 353_000_000L)));
    private static final LocalReport.Parameter PARAMETER =
            new LocalReport.Parameter("/prebake/default/snapshot-id", "snap-0a");

    private Reports() {}

    static LocalReport measured() {
        return baked(new LocalReport.Bake(new BakeBase("snap-0b", true, null), 12_000_000L, 141_000_000));
    }

    static LocalReport baked(LocalReport.Bake bake) {
        return new LocalReport(
                succeeded(),
                SNAPSHOT,
                bake,
                PARAMETER,
                new LocalReport.PodStart(
                        "127.0.0.1:5055/app:1",
                        6.05,
                        1.67,
                        1.46,
                        3.623,
                        new LocalReport.Parts(0.62, 3.71, 0.4, 1.33),
                        new LocalReport.Parts(0, 0, 0.44, 1.24),
                        new LocalReport.Parts(0, 0, 0.35, 1.11)),
                null);
    }

    static LocalReport notMeasured() {
        return new LocalReport(
                succeeded(),
                new LocalReport.Snapshot(
                        "snap-0a", 10, null, List.of(new LocalReport.Image("app:1", "sha256:aa", 141_000_000, null))),
                null,
                PARAMETER,
                null,
                "you are not root");
    }

    static LocalReport ended(String status, @Nullable String error, @Nullable String cause) {
        return new LocalReport(
                new LocalReport.Execution(
                        "local-1", status, 2.5, 0, List.of("ApplyDefaults", "PlanBake"), null, error, cause),
                null,
                null,
                null,
                null,
                null);
    }

    private static LocalReport.Execution succeeded() {
        return new LocalReport.Execution(
                "local-1", "SUCCEEDED", 11.7, 45.2, List.of("ApplyDefaults", "Done"), false, null, null);
    }
}
