package dev.prebake.retire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The retention")
class RetentionTest {
    @ParameterizedTest(name = "{0}, rank {1}, volume {2}: {3}")
    @CsvSource({
        "snap-published, 0, , it is published",
        "snap-published, 9, , it is published",
        "snap-other, 0, , it is among the newest 2",
        "snap-other, 1, , it is among the newest 2",
        "snap-other, 2, ,",
        "snap-other, 2, vol-1, volume vol-1 was made from it",
        "snap-other, 99, ,"
    })
    @DisplayName("keeps the published snapshot, the newest, and those that volumes were made from")
    void keeps(String snapshot, int rank, @Nullable String volume, @Nullable String reason) {
        var retention = new Retention(2, "snap-published");

        assertThat(retention.reasonToKeep(snapshot, rank, Optional.ofNullable(volume)))
                .isEqualTo(Optional.ofNullable(reason));
    }
}
