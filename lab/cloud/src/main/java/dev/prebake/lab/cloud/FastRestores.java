package dev.prebake.lab.cloud;

import dev.prebake.lab.clock.LabClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoreErrorItem;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoreStateError;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoreStateErrorItem;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.DisableFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoreErrorItem;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoreStateError;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoreStateErrorItem;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode;

/** EC2's Fast Snapshot Restores; {@link FastRestore} is the model behind them. */
final class FastRestores {
    private static final Set<FastSnapshotRestoreStateCode> OFF =
            Set.of(FastSnapshotRestoreStateCode.DISABLING, FastSnapshotRestoreStateCode.DISABLED);

    private final ResourceFilter<FastRestore> filter = new ResourceFilter<>(
            Map.of(
                    "snapshot-id", restore -> List.of(restore.snapshotId()),
                    "availability-zone", restore -> List.of(restore.availabilityZone()),
                    "state", restore -> List.of(state(restore).toString())),
            restore -> List.of());

    private final Account account;
    private final LabClock clock;
    private final List<String> zones;
    private final FaultPlan faults;
    /** Those that stay optimizing. */
    private final Set<FastRestore> stuck = ConcurrentHashMap.newKeySet();

    FastRestores(Account account, LabClock clock, List<String> zones, FaultPlan faults) {
        this.account = account;
        this.clock = clock;
        this.zones = zones;
        this.faults = faults;
    }

    EnableFastSnapshotRestoresResponse enable(EnableFastSnapshotRestoresRequest request) {
        List<EnableFastSnapshotRestoreSuccessItem> successful = new ArrayList<>();
        List<EnableFastSnapshotRestoreErrorItem> unsuccessful = new ArrayList<>();
        boolean all = faults.strikes(ThingFault.FAST_RESTORE_REFUSED);
        boolean allButOne = faults.strikes(ThingFault.FAST_RESTORE_PARTLY_REFUSED);
        for (String snapshotId : request.sourceSnapshotIds()) {
            List<EnableFastSnapshotRestoreStateErrorItem> refused = new ArrayList<>();
            for (String zone : request.availabilityZones()) {
                boolean first = zone.equals(request.availabilityZones().getFirst());
                if (all || (allButOne && !first)) {
                    refused.add(refusal(
                            zone,
                            "FastSnapshotRestoreLimitExceeded",
                            "You have reached your limit of snapshots enabled for Fast Snapshot Restore."));
                    continue;
                }
                Optional<StoredSnapshot> snapshot = account.snapshot(snapshotId);
                if (snapshot.isEmpty()) {
                    refused.add(refusal(
                            zone, "InvalidSnapshot.NotFound", "The snapshot '" + snapshotId + "' does not exist."));
                } else if (!zones.contains(zone)) {
                    refused.add(refusal(
                            zone,
                            "InvalidParameterValue",
                            "Invalid availability zone: '" + zone + "'. The lab has " + String.join(", ", zones)
                                    + "."));
                } else {
                    FastRestore restore = account.fastRestore(snapshotId, zone)
                            .filter(present -> !OFF.contains(state(present)))
                            .orElseGet(() -> new FastRestore(
                                    snapshotId, zone, snapshot.get().volumeSizeGiB(), clock.instant(), null));
                    account.put(restore);
                    if (faults.strikes(ThingFault.FAST_RESTORE_STUCK)) {
                        stuck.add(restore);
                    }
                    if (faults.strikes(ThingFault.FAST_RESTORE_TAKEN_BACK)) {
                        account.put(new FastRestore(
                                snapshotId, zone, restore.volumeSizeGiB(), restore.enabledAt(), clock.instant()));
                    }
                    successful.add(EnableFastSnapshotRestoreSuccessItem.builder()
                            .snapshotId(snapshotId)
                            .availabilityZone(zone)
                            .state(state(restore))
                            .ownerId(Account.ID)
                            .enablingTime(restore.enabledAt())
                            .build());
                }
            }
            if (!refused.isEmpty()) {
                unsuccessful.add(EnableFastSnapshotRestoreErrorItem.builder()
                        .snapshotId(snapshotId)
                        .fastSnapshotRestoreStateErrors(refused)
                        .build());
            }
        }
        return EnableFastSnapshotRestoresResponse.builder()
                .successful(successful)
                .unsuccessful(unsuccessful)
                .build();
    }

    DescribeFastSnapshotRestoresResponse describe(DescribeFastSnapshotRestoresRequest request) {
        Page<FastRestore> page = AwsAnswers.ec2Page(
                filter.passing(account.fastRestores(), request.filters()),
                restore -> restore.snapshotId() + " " + restore.availabilityZone(),
                request.maxResults(),
                1,
                request.nextToken());
        return DescribeFastSnapshotRestoresResponse.builder()
                .fastSnapshotRestores(page.items().stream().map(this::answer).toList())
                .nextToken(page.nextToken())
                .build();
    }

    DisableFastSnapshotRestoresResponse disable(DisableFastSnapshotRestoresRequest request) {
        List<DisableFastSnapshotRestoreSuccessItem> successful = new ArrayList<>();
        List<DisableFastSnapshotRestoreErrorItem> unsuccessful = new ArrayList<>();
        for (String snapshotId : request.sourceSnapshotIds()) {
            for (String zone : request.availabilityZones()) {
                Optional<FastRestore> enabled =
                        account.fastRestore(snapshotId, zone).filter(present -> !OFF.contains(state(present)));
                if (enabled.isEmpty()) {
                    unsuccessful.add(DisableFastSnapshotRestoreErrorItem.builder()
                            .snapshotId(snapshotId)
                            .fastSnapshotRestoreStateErrors(DisableFastSnapshotRestoreStateErrorItem.builder()
                                    .availabilityZone(zone)
                                    .error(DisableFastSnapshotRestoreStateError.builder()
                                            .code("InvalidState")
                                            .message("Fast Snapshot Restore is not enabled.")
                                            .build())
                                    .build())
                            .build());
                    continue;
                }
                FastRestore restore = enabled.get();
                FastRestore disabled = new FastRestore(
                        snapshotId, zone, restore.volumeSizeGiB(), restore.enabledAt(), clock.instant());
                account.put(disabled);
                successful.add(DisableFastSnapshotRestoreSuccessItem.builder()
                        .snapshotId(snapshotId)
                        .availabilityZone(zone)
                        .state(state(disabled))
                        .ownerId(Account.ID)
                        .build());
            }
        }
        return DisableFastSnapshotRestoresResponse.builder()
                .successful(successful)
                .unsuccessful(unsuccessful)
                .build();
    }

    private FastSnapshotRestoreStateCode state(FastRestore restore) {
        FastSnapshotRestoreStateCode state = restore.stateAt(clock.instant());
        return state == FastSnapshotRestoreStateCode.ENABLED && stuck.contains(restore)
                ? FastSnapshotRestoreStateCode.OPTIMIZING
                : state;
    }

    private DescribeFastSnapshotRestoreSuccessItem answer(FastRestore restore) {
        FastSnapshotRestoreStateCode state = state(restore);
        DescribeFastSnapshotRestoreSuccessItem.Builder answer = DescribeFastSnapshotRestoreSuccessItem.builder()
                .snapshotId(restore.snapshotId())
                .availabilityZone(restore.availabilityZone())
                .state(state)
                .stateTransitionReason(
                        OFF.contains(state)
                                ? "Client.UserInitiated"
                                : "Client.UserInitiated - Lifecycle state transition")
                .ownerId(Account.ID)
                .enablingTime(restore.enabledAt());
        if (state != FastSnapshotRestoreStateCode.ENABLING) {
            answer.optimizingTime(restore.optimizingAt());
        }
        if (state == FastSnapshotRestoreStateCode.ENABLED) {
            answer.enabledTime(restore.readyAt());
        }
        return answer.build();
    }

    private static EnableFastSnapshotRestoreStateErrorItem refusal(String zone, String code, String message) {
        return EnableFastSnapshotRestoreStateErrorItem.builder()
                .availabilityZone(zone)
                .error(EnableFastSnapshotRestoreStateError.builder()
                        .code(code)
                        .message(message)
                        .build())
                .build();
    }
}
