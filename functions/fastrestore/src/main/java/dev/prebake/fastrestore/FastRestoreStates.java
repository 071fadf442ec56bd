package dev.prebake.fastrestore;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.Filter;

/** Looks up how Fast Snapshot Restore stands for a snapshot. */
final class FastRestoreStates {
    private FastRestoreStates() {}

    /** What EC2 has of the snapshot, by zone; a zone where it was never enabled is absent. */
    static Map<String, DescribeFastSnapshotRestoreSuccessItem> byZone(Ec2Client ec2, String snapshotId) {
        var describe = DescribeFastSnapshotRestoresRequest.builder()
                .filters(Filter.builder().name("snapshot-id").values(snapshotId).build())
                .build();
        return ec2.describeFastSnapshotRestoresPaginator(describe).stream()
                .flatMap(page -> page.fastSnapshotRestores().stream())
                .collect(Collectors.toMap(
                        DescribeFastSnapshotRestoreSuccessItem::availabilityZone,
                        Function.identity(),
                        (first, second) -> second));
    }
}
