package dev.prebake.operate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prebake.plan.EarlierSnapshot;
import dev.prebake.plan.ImagePreview;
import dev.prebake.publish.Manifest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rollback does.
 *
 * @param stateMachineArn the deployment's state machine
 * @param cacheName the cache
 * @param parameterName the SSM parameter that names the published snapshot
 * @param from the snapshot that is published now
 * @param to the snapshot that will be
 * @param startedAt when EBS began that
 * @param bakedBy name of the execution that baked it
 * @param images what changes for nodes; absent when there is no manifest of what is published now
 * @param input the execution's input: the newest bake's, without what is about baking
 */
public record RollbackPlan(
        String stateMachineArn,
        String cacheName,
        String parameterName,
        String from,
        String to,
        Instant startedAt,
        String bakedBy,
        @Nullable List<ImageChange> images,
        ObjectNode input) {
    /** Of an execution that bakes; the rest, Fast Snapshot Restore and node groups say, are the cache's settings. */
    private static final List<String> ABOUT_BAKING =
            List.of("images", "registries", "force", "volumeSizeGiB", "retentionDryRun");

    /**
     * Plans it.
     *
     * @param published what is published now
     * @param target what is to be
     * @param described what was published with that; absent when not known
     * @throws OperateException when it is published already
     */
    static RollbackPlan of(
            Deployment deployment,
            Cache cache,
            Publications.Published published,
            EarlierSnapshot target,
            @Nullable Manifest described) {
        String to = target.snapshot().snapshotId();
        if (to.equals(published.snapshotId())) {
            throw new OperateException("Rolling the cache " + cache.name() + " back to " + to + " failed: it is what "
                    + cache.parameterName()
                    + " has published now. Nothing was started; ./prebake show has what there is besides.");
        }
        ObjectNode input = cache.input().deepCopy();
        input.remove(ABOUT_BAKING);
        input.put("cacheName", cache.name());
        input.put("rollbackTo", to);
        Manifest manifest = published.manifest();
        return new RollbackPlan(
                deployment.stateMachineArn(),
                cache.name(),
                cache.parameterName(),
                published.snapshotId(),
                to,
                target.snapshot().startedAt(),
                target.snapshot().execution(),
                manifest == null || described == null
                        ? null
                        : ImageChange.between(
                                manifest.images(),
                                described.images().stream()
                                        .map(image -> new ImagePreview(
                                                image.reference(),
                                                image.digest(),
                                                image.compressedBytes(),
                                                null,
                                                false))
                                        .toList()),
                input);
    }
}
