package dev.prebake.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.operate.MonthlyCost.Kept;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a cache costs a month")
class MonthlyCostTest {
    @Test
    @DisplayName("is Fast Snapshot Restore for each snapshot, zone and hour, and the gigabytes of each snapshot")
    void computed() {
        MonthlyCost cost = MonthlyCost.of(
                "us-east-1",
                List.of(new Kept("snap-2", 64, 20_400_000_000L, true), new Kept("snap-1", 10, null, false)),
                Map.of("snap-2", List.of("us-east-1a", "us-east-1b", "us-east-1c")));

        assertThat(cost.items())
                .extracting(item -> item.what() + " " + item.snapshotId() + " " + item.quantity() + " " + item.unit()
                        + " " + item.perMonth())
                .containsExactly(
                        "fastSnapshotRestore snap-2 2190 DSU-hour 1642.50",
                        "snapshotStorage snap-2 20.400 GB-month 1.02",
                        "snapshotStorage snap-1 10.737 GB-month 0.54");
        assertThat(cost.items().get(0).estimate()).isNull();
        assertThat(cost.items().get(1).estimate()).startsWith("by the bytes used");
        assertThat(cost.items().get(2).estimate()).startsWith("at most: by the volume's size");
        assertThat(cost.perMonth()).isEqualByComparingTo("1644.06");
        assertThat(cost.inRegion()).isTrue();
    }

    @Test
    @DisplayName("is nothing without snapshots, and says when its prices aren't the Region's")
    void elsewhere() {
        MonthlyCost cost = MonthlyCost.of("eu-central-1", List.of(), Map.of());
        assertThat(cost.perMonth()).isEqualByComparingTo("0");
        assertThat(cost.inRegion()).isFalse();
    }

    @Test
    @DisplayName("goes by the prices that the stacks' page has")
    void samePrices() throws Exception {
        assertThat(Files.readString(Path.of("../infra/README.md")))
                .contains("| Fast Snapshot Restore, each zone | no | **$547.50**, $" + MonthlyCost.FAST_RESTORE_HOUR
                        + " an hour | November 2026 |")
                .contains("at $" + MonthlyCost.STORED_GB_MONTH + " a GB | November 2026 |")
                .contains("US East (N. Virginia), in US dollars, a month of " + MonthlyCost.HOURS + " hours");
        assertThat(MonthlyCost.PRICE_LIST).isEqualTo("US East (N. Virginia), November 2026");
    }
}
