package dev.prebake.plan;

import dev.prebake.kernel.BakedSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * A completed snapshot of the cache, with what its tags say of its content.
 *
 * @param snapshot the snapshot
 * @param fingerprint what determined its content; absent when its tag is
 * @param architecture OCI name of its images' architecture; absent when its tag is
 * @param kmsKeyArn the KMS key that encrypts it; absent when it is not encrypted
 */
record EarlierSnapshot(
        BakedSnapshot snapshot,
        @Nullable String fingerprint,
        @Nullable String architecture,
        @Nullable String kmsKeyArn) {}
