package dev.prebake.plan;

import dev.prebake.kernel.BakedSnapshot;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A completed snapshot of the cache, with what its tags say of its content.
 *
 * @param snapshot the snapshot
 * @param fingerprint what determined its content; absent when its tag is
 * @param architecture OCI name of its images' architecture; absent when its tag is
 * @param kmsKeyArn the KMS key that encrypts it; absent when it is not encrypted
 */
public record EarlierSnapshot(
        BakedSnapshot snapshot,
        @Nullable String fingerprint,
        @Nullable String architecture,
        @Nullable String kmsKeyArn) {
    /** In the order in which they were begun, backwards. */
    static final Comparator<EarlierSnapshot> NEWEST_FIRST = Comparator.comparing(
                    (EarlierSnapshot earlier) -> earlier.snapshot().startedAt())
            .reversed();
}
