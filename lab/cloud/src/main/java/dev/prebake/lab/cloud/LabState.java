package dev.prebake.lab.cloud;

import java.util.List;

/**
 * What of the lab's account outlives a run: EC2's snapshots with their fast restores, and SSM's parameters.
 *
 * @param snapshots every snapshot that hasn't been deleted
 * @param fastRestores one for each snapshot and zone that was ever enabled
 * @param parameters every version of every parameter that is kept, a parameter's oldest first
 */
record LabState(List<StoredSnapshot> snapshots, List<FastRestore> fastRestores, List<StoredParameter> parameters) {
    static LabState empty() {
        return new LabState(List.of(), List.of(), List.of());
    }
}
