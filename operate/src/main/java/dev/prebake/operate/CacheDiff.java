package dev.prebake.operate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a cache has published against what its next bake would find.
 *
 * @param stateMachineArn the deployment's state machine
 * @param cacheName the cache
 * @param parameterName the SSM parameter that names the published snapshot
 * @param snapshotId the published snapshot
 * @param execution the execution whose input is taken for the next one's; absent when an input was given, or the deployment's defaults alone
 *     count
 * @param differs whether an image is known to differ
 * @param images the images
 */
public record CacheDiff(
        String stateMachineArn,
        String cacheName,
        String parameterName,
        String snapshotId,
        @Nullable String execution,
        boolean differs,
        List<ImageChange> images) {
    /** Makes it of the images. */
    public static CacheDiff of(
            Deployment deployment,
            Cache cache,
            String snapshotId,
            @Nullable String execution,
            List<ImageChange> images) {
        return new CacheDiff(
                deployment.stateMachineArn(),
                cache.name(),
                cache.parameterName(),
                snapshotId,
                execution,
                images.stream()
                        .anyMatch(image -> image.change() != ImageChange.Kind.UNCHANGED
                                && image.change() != ImageChange.Kind.UNKNOWN),
                images);
    }
}
