package dev.prebake.plan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.Excerpt;
import dev.prebake.kernel.ImageReference;
import dev.prebake.kernel.NodeGroup;
import dev.prebake.kernel.RegistrySettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An execution's input, read and found valid.
 *
 * @param cacheName name of the cache: lower-case letters, digits and {@code -}, at most 63
 * @param images 1 to 25 images (none at all will do for a rollback), distinct, with at most {@link dev.prebake.kernel.BakePlan#MAX_REFERENCE_CHARACTERS} characters
 *     in their references together
 * @param registries how registries are reached, one entry a host; some may be of registries that no image is in
 * @param architecture architecture of builder and images
 * @param instanceTypes builder types in the order to try, of this architecture; at least one
 * @param volumeSizeGiB size of the data volume, 1 to 65,536 GiB; absent to have it follow from the images
 * @param volumeIops IOPS of the data volume, 3,000 to 80,000
 * @param volumeThroughputMiBps throughput of the data volume, 125 to 2,000 MiB/s
 * @param fastRestoreZones availability zones to enable Fast Snapshot Restore in, distinct; may be empty
 * @param retainSnapshots how many of the cache's snapshots to keep, 1 to 100, the new one included
 * @param parameterName SSM parameter that gets the snapshot's ID
 * @param nodeGroups EKS node groups whose nodes are renewed once the snapshot is published, distinct, at most 10; may be empty
 * @param retentionDryRun whether RetireSnapshots only says what it would do
 * @param rollbackTo what to publish again instead of baking: a snapshot's ID, or {@link #PREVIOUS}; absent to bake
 * @param force whether to bake, and from empty, even when a snapshot with the same content exists
 */
record ExecutionInput(
        String cacheName,
        List<ImageReference> images,
        List<RegistrySettings> registries,
        Architecture architecture,
        List<String> instanceTypes,
        @Nullable Integer volumeSizeGiB,
        int volumeIops,
        int volumeThroughputMiBps,
        List<String> fastRestoreZones,
        int retainSnapshots,
        String parameterName,
        List<NodeGroup> nodeGroups,
        boolean retentionDryRun,
        @Nullable String rollbackTo,
        boolean force) {
    /** Stands for the snapshot that was published before the one that is. */
    static final String PREVIOUS = "previous";

    /** What {@link #read} made of an input. */
    sealed interface Reading {
        /** A valid input. */
        record Valid(ExecutionInput input) implements Reading {}

        /**
         * An input with problems.
         *
         * @param problems every problem, each with its field's name in front; never empty
         * @param images the references that are well-formed all the same, so that their registries can be asked in the same go
         * @param registries the settings of registries that are well-formed all the same
         * @param architecture the architecture; absent when that is one of the problems
         * @param volumeSizeGiB the volume's size; absent when the input gives none, or a wrong one
         */
        record Invalid(
                List<String> problems,
                List<ImageReference> images,
                List<RegistrySettings> registries,
                @Nullable Architecture architecture,
                @Nullable Integer volumeSizeGiB)
                implements Reading {}
    }

    /** Reads any JSON as an input; a field that is {@code null} counts as absent. */
    static Reading read(@Nullable JsonNode json) {
        if (json == null || !json.isObject()) {
            String found = json == null || json.isMissingNode() ? "nothing" : Excerpt.bare(json.toString());
            return new Reading.Invalid(
                    List.of("the input must be a JSON object, such as {} for the deployment's defaults; it is "
                            + found),
                    List.of(),
                    List.of(),
                    null,
                    null);
        }
        return new InputReader(json).read();
    }
}
