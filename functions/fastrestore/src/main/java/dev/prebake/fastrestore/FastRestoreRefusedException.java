package dev.prebake.fastrestore;

import dev.prebake.kernel.PrebakeException;
import java.util.Map;
import java.util.stream.Collectors;

/** AWS doesn't enable Fast Snapshot Restore in one zone or more. */
public final class FastRestoreRefusedException extends PrebakeException {
    /** Makes the error over AWS's words by zone. */
    FastRestoreRefusedException(String snapshotId, Map<String, String> wordsByZone) {
        super("Enabling Fast Snapshot Restore on " + snapshotId + " failed: "
                + wordsByZone.entrySet().stream()
                        .map(zone -> zone.getKey() + ": " + zone.getValue())
                        .collect(Collectors.joining("; "))
                + ". Nothing was published. Take the zones that don't offer it out of fastRestoreZones, or ask for a"
                + " higher quota of snapshots with Fast Snapshot Restore (5 per Region unless raised).");
    }
}
