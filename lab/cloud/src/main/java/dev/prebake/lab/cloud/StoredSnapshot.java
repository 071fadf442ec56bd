package dev.prebake.lab.cloud;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as the lab keeps it.
 *
 * @param snapshotId its ID
 * @param volumeId the volume it was taken from
 * @param volumeSizeGiB that volume's size
 * @param description as given at its creation
 * @param startedAt when it was begun
 * @param completedAt when its copy was whole; absent before
 * @param failure why there will be no whole copy; absent while it may still be
 * @param kmsKeyId the key of its volume; absent for the account's default
 * @param tags its tags, in order
 */
record StoredSnapshot(
        String snapshotId,
        String volumeId,
        int volumeSizeGiB,
        String description,
        Instant startedAt,
        @Nullable Instant completedAt,
        @Nullable String failure,
        @Nullable String kmsKeyId,
        Map<String, String> tags) {
    StoredSnapshot completed(Instant at) {
        return new StoredSnapshot(
                snapshotId, volumeId, volumeSizeGiB, description, startedAt, at, null, kmsKeyId, tags);
    }

    StoredSnapshot failed(String why) {
        return new StoredSnapshot(
                snapshotId, volumeId, volumeSizeGiB, description, startedAt, null, why, kmsKeyId, tags);
    }
}
