package dev.prebake.lab.registry;

/**
 * What a registry has served since it started.
 *
 * @param requests all requests, failed ones included
 * @param manifests requests for manifests and indexes, {@code HEAD} included
 * @param blobs requests for layers and configurations, {@code HEAD} included
 * @param bytes bytes of bodies sent
 */
public record Traffic(long requests, long manifests, long blobs, long bytes) {
    /** Returns what was served since an earlier reading. */
    public Traffic since(Traffic earlier) {
        return new Traffic(
                requests - earlier.requests,
                manifests - earlier.manifests,
                blobs - earlier.blobs,
                bytes - earlier.bytes);
    }
}
