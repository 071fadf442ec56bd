package dev.prebake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.operate.Execution;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A list of executions")
class ExecutionTextTest {
    private static final List<Execution> EXECUTIONS = List.of(
            execution("cli-5ad2b3a0-3e66-4c2e-8ae6-0b3f0d5f6a77", "RUNNING", null, null),
            execution("nightly-7", "SUCCEEDED", "snap-087cd304cd9133f64", null),
            execution("nightly-6", "FAILED", null, "dev.prebake.plan.ImagesUnavailableException"));

    @Test
    @DisplayName("is a table where there is room for one")
    void table() {
        assertThat(ExecutionText.table(EXECUTIONS, 120))
                .containsExactly(
                        "NAME                                      STATUS     STARTED               TOOK           OUTCOME",
                        "cli-5ad2b3a0-3e66-4c2e-8ae6-0b3f0d5f6a77  RUNNING    2026-11-26T10:00:00Z",
                        "nightly-7                                 SUCCEEDED  2026-11-26T10:00:00Z  3 min 20 s"
                                + "     baked snap-087cd304cd9133f64",
                        "nightly-6                                 FAILED     2026-11-26T10:00:00Z  3 min 20 s"
                                + "     ImagesUnavailableException");
    }

    @Test
    @DisplayName("has lines of its own for each execution where there is none, which fit 50 columns")
    void narrow() {
        assertThat(ExecutionText.table(EXECUTIONS, 50))
                .containsExactly(
                        "cli-5ad2b3a0-3e66-4c2e-8ae6-0b3f0d5f6a77",
                        "  RUNNING  2026-11-26T10:00:00Z",
                        "nightly-7",
                        "  SUCCEEDED  2026-11-26T10:00:00Z  3 min 20 s",
                        "  baked snap-087cd304cd9133f64",
                        "nightly-6",
                        "  FAILED  2026-11-26T10:00:00Z  3 min 20 s",
                        "  ImagesUnavailableException")
                .allMatch(line -> line.length() <= 50);
    }

    private static Execution execution(
            String name, String status, @Nullable String snapshotId, @Nullable String error) {
        boolean running = status.equals("RUNNING");
        Instant start = Instant.parse("2026-11-26T10:00:00.123Z");
        return new Execution(
                "arn:aws:states:us-east-1:123456789012:execution:prebake:" + name,
                name,
                status,
                start,
                running ? null : start.plusSeconds(200),
                running ? null : 200.0,
                snapshotId,
                snapshotId == null ? null : "/prebake/default/snapshot-id",
                snapshotId == null ? null : false,
                snapshotId == null ? null : false,
                error,
                null);
    }
}
