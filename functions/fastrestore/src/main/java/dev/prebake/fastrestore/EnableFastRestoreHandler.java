package dev.prebake.fastrestore;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.StateHandler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeFastSnapshotRestoreSuccessItem;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoreErrorItem;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresRequest;
import software.amazon.awssdk.services.ec2.model.EnableFastSnapshotRestoresResponse;
import software.amazon.awssdk.services.ec2.model.FastSnapshotRestoreStateCode;

/** Enables Fast Snapshot Restore for a snapshot in each zone. */
public final class EnableFastRestoreHandler extends StateHandler<EnableFastRestoreRequest, EnabledFastRestore> {
    private static final Set<FastSnapshotRestoreStateCode> ON_OR_COMING = Set.of(
            FastSnapshotRestoreStateCode.ENABLING,
            FastSnapshotRestoreStateCode.OPTIMIZING,
            FastSnapshotRestoreStateCode.ENABLED);

    private final Ec2Client ec2;

    /** Makes the handler with its SDK client. */
    public EnableFastRestoreHandler() {
        this(AwsClients.of(Ec2Client.builder()));
    }

    EnableFastRestoreHandler(Ec2Client ec2) {
        super(EnableFastRestoreRequest.class);
        this.ec2 = ec2;
    }

    /**
     * Enables it where it isn't on or on its way already.
     *
     * @throws FastRestoreRefusedException when AWS lists a zone as unsuccessful, which the call itself doesn't fail for
     */
    @Override
    protected EnabledFastRestore handle(EnableFastRestoreRequest request) {
        List<String> zones =
                toRequest(request.availabilityZones(), FastRestoreStates.byZone(ec2, request.snapshotId()));
        if (!zones.isEmpty()) {
            var enable = EnableFastSnapshotRestoresRequest.builder()
                    .sourceSnapshotIds(request.snapshotId())
                    .availabilityZones(zones)
                    .build();
            Map<String, String> refused = refused(ec2.enableFastSnapshotRestores(enable));
            if (!refused.isEmpty()) {
                throw new FastRestoreRefusedException(request.snapshotId(), refused);
            }
        }
        return new EnabledFastRestore(zones);
    }

    /** The zones wanted that have none yet, in their order. */
    static List<String> toRequest(List<String> wanted, Map<String, DescribeFastSnapshotRestoreSuccessItem> states) {
        return wanted.stream()
                .filter(zone -> {
                    var state = states.get(zone);
                    return state == null || !ON_OR_COMING.contains(state.state());
                })
                .toList();
    }

    private static Map<String, String> refused(EnableFastSnapshotRestoresResponse response) {
        Map<String, String> refused = new LinkedHashMap<>();
        for (EnableFastSnapshotRestoreErrorItem item : response.unsuccessful()) {
            for (var zone : item.fastSnapshotRestoreStateErrors()) {
                refused.put(
                        zone.availabilityZone(),
                        zone.error().code() + ": " + zone.error().message());
            }
        }
        return refused;
    }
}
