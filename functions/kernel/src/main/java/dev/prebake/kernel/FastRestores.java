package dev.prebake.kernel;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Snapshot;

/** Fast Snapshot Restore where nobody wants it any more. The modules that ask here bring EC2's client themselves. */
public final class FastRestores {
    /** What a filter takes (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html). */
    private static final int MOST_VALUES = 200;

    private FastRestores() {}

    /** What is on, or on its way there, and so is billed; nothing is asked when there are no snapshots. */
    public static List<DescribeFastSnapshotRestoreSuccessItem> on(Ec2Client ec2, Collection<String> snapshotIds) {
        List<String> all = snapshotIds.stream().sorted().toList();
        return IntStream.range(0, Math.ceilDiv(all.size(), MOST_VALUES))
                .mapToObj(part -> all.subList(part * MOST_VALUES, Math.min(all.size(), (part + 1) * MOST_VALUES)))
                .flatMap(part -> describe(
                        ec2, Filter.builder().name("snapshot-id").values(part).build()))
                .toList();
    }

    /** The same of all snapshots in the Region, whoever's they are. */
    public static List<DescribeFastSnapshotRestoreSuccessItem> on(Ec2Client ec2) {
        return describe(ec2).toList();
    }

    private static Stream<DescribeFastSnapshotRestoreSuccessItem> describe(Ec2Client ec2, Filter... filters) {
        List<Filter> all = new ArrayList<>(List.of(filters));
        all.add(Filter.builder()
                .name("state")
                .values(
                        FastSnapshotRestoreStateCode.ENABLING.toString(),
                        FastSnapshotRestoreStateCode.OPTIMIZING.toString(),
                        FastSnapshotRestoreStateCode.ENABLED.toString())
                .build());
        var describe =
                DescribeFastSnapshotRestoresRequest.builder().filters(all).build();
        return ec2.describeFastSnapshotRestoresPaginator(describe).stream()
                .flatMap(page -> page.fastSnapshotRestores().stream());
    }

    /**
     * What superseded snapshots of a cache have: zones by snapshot. All that is older than the published one counts, and of what is
     * newer only what is enabled: that may have been published once, while what is on its way there may be what another
     * execution is about to publish.
     *
     * @param completed the cache's completed snapshots
     * @param publishedSnapshotId the published one, which keeps its own; nothing is superseded unless it is among them
     */
    public static Map<String, List<String>> superseded(
            Ec2Client ec2, List<Snapshot> completed, String publishedSnapshotId) {
        Map<String, Instant> startedAt =
                completed.stream().collect(Collectors.toMap(Snapshot::snapshotId, Snapshot::startTime));
        Instant published = startedAt.remove(publishedSnapshotId);
        if (published == null) {
            return Map.of();
        }
        return byZone(on(ec2, startedAt.keySet()).stream()
                .filter(restore -> restore.state() == FastSnapshotRestoreStateCode.ENABLED
                        || !published.isBefore(startedAt.getOrDefault(restore.snapshotId(), Instant.MAX)))
                .toList());
    }

    /** Zones by snapshot, in order. */
    public static SortedMap<String, List<String>> byZone(List<DescribeFastSnapshotRestoreSuccessItem> restores) {
        return restores.stream()
                .collect(Collectors.groupingBy(
                        DescribeFastSnapshotRestoreSuccessItem::snapshotId,
                        TreeMap::new,
                        Collectors.mapping(
                                DescribeFastSnapshotRestoreSuccessItem::availabilityZone, Collectors.toList())));
    }

    /**
     * Takes it back.
     *
     * @return AWS's words for each zone where it wasn't done, which the call itself doesn't fail for
     */
    public static List<String> disable(Ec2Client ec2, String snapshotId, List<String> availabilityZones) {
        var disable = DisableFastSnapshotRestoresRequest.builder()
                .sourceSnapshotIds(snapshotId)
                .availabilityZones(availabilityZones)
                .build();
        return ec2.disableFastSnapshotRestores(disable).unsuccessful().stream()
                .flatMap(item -> item.fastSnapshotRestoreStateErrors().stream())
                .map(zone -> zone.availabilityZone() + ": " + zone.error().code() + ": "
                        + zone.error().message())
                .toList();
    }
}
