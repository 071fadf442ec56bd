package dev.prebake.kernel;

import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode;
import software.amazon.awssdk.services.ec2.model.Filter;

/** Fast Snapshot Restore where nobody wants it any more. The modules that ask here bring EC2's client themselves. */
public final class FastRestores {
    /** What a filter takes (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html). */
    private static final int MOST_VALUES = 200;

    private FastRestores() {}

    /** What is on, or on its way there, and so is billed; nothing is asked when there are no snapshots. */
    public static List<DescribeFastSnapshotRestoreSuccessItem> on(Ec2Client ec2, Collection<String> snapshotIds) {
        List<String> all = List.copyOf(snapshotIds);
        return IntStream.range(0, Math.ceilDiv(all.size(), MOST_VALUES))
                .mapToObj(part -> all.subList(part * MOST_VALUES, Math.min(all.size(), (part + 1) * MOST_VALUES)))
                .flatMap(part -> describe(ec2, part).stream())
                .toList();
    }

    private static List<DescribeFastSnapshotRestoreSuccessItem> describe(Ec2Client ec2, List<String> snapshotIds) {
        var describe = DescribeFastSnapshotRestoresRequest.builder()
                .filters(
                        Filter.builder().name("snapshot-id").values(snapshotIds).build(),
                        Filter.builder()
                                .name("state")
                                .values(
                                        FastSnapshotRestoreStateCode.ENABLING.toString(),
                                        FastSnapshotRestoreStateCode.OPTIMIZING.toString(),
                                        FastSnapshotRestoreStateCode.ENABLED.toString())
                                .build())
                .build();
        return ec2.describeFastSnapshotRestoresPaginator(describe).stream()
                .flatMap(page -> page.fastSnapshotRestores().stream())
                .toList();
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
