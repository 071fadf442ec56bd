package dev.prebake.plan;

import dev.prebake.kernel.BakedSnapshot;
import dev.prebake.kernel.Tags;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Tag;

/** The account's snapshots of caches, found by their tags. */
final class BakedSnapshots {
    /** What EC2 gives in a page at most. */
    private static final int PAGE = 1_000;

    private final Ec2Client ec2;

    BakedSnapshots(Ec2Client ec2) {
        this.ec2 = ec2;
    }

    /** The cache's newest completed snapshot with this fingerprint, when there is one. */
    Optional<BakedSnapshot> newest(String cacheName, String fingerprint) {
        Snapshot newest = null;
        String nextPage = null;
        do {
            DescribeSnapshotsResponse page = ec2.describeSnapshots(DescribeSnapshotsRequest.builder()
                    // Tags on other accounts' snapshots say nothing.
                    .ownerIds("self")
                    .filters(
                            filter("tag:" + Tags.CACHE, cacheName),
                            filter("tag:" + Tags.FINGERPRINT, fingerprint),
                            filter("status", "completed"))
                    .maxResults(PAGE)
                    .nextToken(nextPage)
                    .build());
            newest = Stream.concat(Stream.ofNullable(newest), page.snapshots().stream())
                    .max(Comparator.comparing(Snapshot::startTime))
                    .orElse(null);
            nextPage = page.nextToken();
        } while (nextPage != null && !nextPage.isEmpty());
        return Optional.ofNullable(newest).map(BakedSnapshots::baked);
    }

    private static Filter filter(String name, String value) {
        return Filter.builder().name(name).values(value).build();
    }

    private static BakedSnapshot baked(Snapshot snapshot) {
        String execution = tag(snapshot.tags(), Tags.EXECUTION);
        return new BakedSnapshot(
                snapshot.snapshotId(),
                snapshot.volumeSize(),
                number(tag(snapshot.tags(), Tags.USED_BYTES)),
                execution == null ? "unknown" : execution,
                snapshot.startTime());
    }

    private static @Nullable String tag(List<Tag> tags, String key) {
        return tags.stream()
                .filter(tag -> tag.key().equals(key))
                .map(Tag::value)
                .findFirst()
                .orElse(null);
    }

    /** Anyone may edit a tag; one that is no number counts as absent. */
    private static @Nullable Long number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,18}") ? Long.valueOf(text) : null;
    }
}
