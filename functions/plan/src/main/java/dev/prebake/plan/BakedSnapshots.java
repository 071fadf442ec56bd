package dev.prebake.plan;

import dev.prebake.kernel.BakedSnapshot;
import dev.prebake.kernel.Tags;
import java.util.ArrayList;
import java.util.List;
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

    /** The cache's completed snapshots: few, thanks to retention, so that one call finds what to reuse and what to start from. */
    EarlierSnapshots completed(String cacheName) {
        List<EarlierSnapshot> completed = new ArrayList<>();
        String nextPage = null;
        do {
            DescribeSnapshotsResponse page = ec2.describeSnapshots(DescribeSnapshotsRequest.builder()
                    // Tags on other accounts' snapshots say nothing.
                    .ownerIds("self")
                    .filters(filter("tag:" + Tags.CACHE, cacheName), filter("status", "completed"))
                    .maxResults(PAGE)
                    .nextToken(nextPage)
                    .build());
            page.snapshots().stream().map(BakedSnapshots::earlier).forEach(completed::add);
            nextPage = page.nextToken();
        } while (nextPage != null && !nextPage.isEmpty());
        return new EarlierSnapshots(List.copyOf(completed));
    }

    private static Filter filter(String name, String value) {
        return Filter.builder().name(name).values(value).build();
    }

    private static EarlierSnapshot earlier(Snapshot snapshot) {
        List<Tag> tags = snapshot.tags();
        String execution = tag(tags, Tags.EXECUTION);
        BakedSnapshot baked = new BakedSnapshot(
                snapshot.snapshotId(),
                snapshot.volumeSize(),
                number(tag(tags, Tags.USED_BYTES)),
                tag(tags, Tags.BASE),
                execution == null ? "unknown" : execution,
                snapshot.startTime());
        return new EarlierSnapshot(
                baked, tag(tags, Tags.FINGERPRINT), tag(tags, Tags.ARCHITECTURE), snapshot.kmsKeyId());
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
