package dev.prebake.retire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The retention")
class RetentionTest {
    private final Retention retention = new Retention(2, "snap-published");

    @ParameterizedTest(name = "{0}, rank {1}: {2}")
    @CsvSource({
        "snap-published, 0, it is published",
        "snap-published, 9, it is published",
        "snap-other, 0, it is among the newest 2",
        "snap-other, 1, it is among the newest 2",
        "snap-other, 2,",
        "snap-other, 99,"
    })
    @DisplayName("keeps the published snapshot and the newest")
    void keeps(String snapshot, int rank, @Nullable String reason) {
        assertThat(retention.reasonToKeep(snapshot, rank)).isEqualTo(Optional.ofNullable(reason));
    }

    @Test
    @DisplayName("keeps what is used, lets the rest go, and has a reason for each")
    void decides() {
        List<String> newestFirst = List.of("snap-e", "snap-d", "snap-c", "snap-published", "snap-b", "snap-a");
        assertThat(retention.candidates(newestFirst)).containsExactly("snap-c", "snap-b", "snap-a");

        Retention.Decision decision = retention.decide(newestFirst, Map.of("snap-b", "image ami-1 has it"));

        assertThat(decision.kept())
                .containsExactly(
                        new KeptSnapshot("snap-e", "it is among the newest 2"),
                        new KeptSnapshot("snap-d", "it is among the newest 2"),
                        new KeptSnapshot("snap-published", "it is published"),
                        new KeptSnapshot("snap-b", "image ami-1 has it"));
        assertThat(decision.retired()).extracting(RetiredSnapshot::snapshotId).containsExactly("snap-c", "snap-a");
        assertThat(decision.retired().getLast().reason()).contains("newest 2 (number 6)", "no launch template");
    }
}
