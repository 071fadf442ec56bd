package dev.prebake.cli;

import dev.prebake.kernel.BakeBase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code prebake local --json} prints; its fields' names are a contract.
 *
 * @param execution the workflow's run
 * @param snapshot what it published; absent when it failed
 * @param bake how that was baked; absent when it failed, or published an earlier snapshot again
 * @param parameter where it published that; absent when it failed
 * @param podStart how pods start with and without it; absent when it failed, or this machine can't start pods
 * @param podStartNotMeasured why this machine can't, in words; absent when it can, or the workflow failed
 */
record LocalReport(
        Execution execution,
        @Nullable Snapshot snapshot,
        @Nullable Bake bake,
        @Nullable Parameter parameter,
        @Nullable PodStart podStart,
        @Nullable String podStartNotMeasured) {
    /**
     * A run of the workflow.
     *
     * @param name the execution's name
     * @param status SUCCEEDED, FAILED, TIMED_OUT or ABORTED
     * @param seconds real time from its start to its end
     * @param modelledSeconds lab time besides, that was modelled and passed at once
     * @param states the states passed, each once
     * @param reused whether an earlier snapshot with the same content was published; absent when it failed
     * @param error the error's name; absent unless it failed
     * @param cause the error in words; likewise
     */
    record Execution(
            String name,
            String status,
            double seconds,
            double modelledSeconds,
            List<String> states,
            @Nullable Boolean reused,
            @Nullable String error,
            @Nullable String cause) {}

    /**
     * The published snapshot.
     *
     * @param id EBS snapshot ID
     * @param volumeSizeGiB size of its volume, in GiB
     * @param usedBytes bytes used in its file system
     * @param images what is inside
     */
    record Snapshot(String id, int volumeSizeGiB, @Nullable Long usedBytes, List<Image> images) {}

    /**
     * An image in the snapshot.
     *
     * @param reference name by which pods find it
     * @param digest what the reference resolved to
     * @param bytes size as its registry serves it
     * @param unpackedBytes size as it stands on the volume
     */
    record Image(
            String reference,
            String digest,
            long bytes,
            @Nullable Long unpackedBytes) {}

    /**
     * A bake.
     *
     * @param base what became of the snapshot that its volume was made from; absent when the volume began empty
     * @param fetchedBytes compressed bytes of the layers that it fetched; absent when it doesn't say
     * @param compressedBytes size of the images' layers as their registries serve them; those that images share count once
     */
    record Bake(@Nullable BakeBase base, @Nullable Long fetchedBytes, long compressedBytes) {}

    /**
     * The SSM parameter that nodes read.
     *
     * @param name its name
     * @param value its value, the snapshot's ID
     */
    record Parameter(String name, String value) {}

    /**
     * The same pod's start on nodes of the same kind, from the moment a kubelet would begin to the moment that its program
     * has started, or ended where the pod's command was given.
     *
     * @param image the pod's image
     * @param uncachedSeconds on a node with an empty volume, page cache dropped
     * @param cachedSeconds on a node with a volume from the snapshot, page cache dropped
     * @param warmSeconds once more on that node
     * @param ratio uncached over cached
     * @param uncached the parts of the first
     * @param cached the parts of the second
     * @param warm the parts of the third
     */
    record PodStart(
            String image,
            double uncachedSeconds,
            double cachedSeconds,
            double warmSeconds,
            double ratio,
            Parts uncached,
            Parts cached,
            Parts warm) {}

    /**
     * The parts of a pod's start, in seconds.
     *
     * @param fetch until the last layer had arrived
     * @param unpack from then until the last layer was unpacked; layers before it are unpacked while others arrive
     * @param start making the sandbox and the container and starting it
     * @param run the program, where its end was waited for
     */
    record Parts(double fetch, double unpack, double start, double run) {}
}
