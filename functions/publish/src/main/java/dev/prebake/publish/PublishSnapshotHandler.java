package dev.prebake.publish;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.StateHandler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ssm.SsmClient;

/**
 * Publishes a snapshot: first the manifest, then the snapshot's ID. The ID is what nodes read, so its write is the moment of
 * publication; a manifest of another snapshot is at worst seen in between, and taken back should that write fail.
 *
 * <p>What was planned later stays published. SSM writes under no condition, so whoever finds that others have written between its look and
 * its write looks for the latest plan of all, and publishes that: where several do, they end with the same. Turns keep a cache's
 * executions apart (AwaitTurn), so this is for one that came back from the dead, and for caches that share a parameter.
 */
public final class PublishSnapshotHandler extends StateHandler<PublishRequest, PublishedSnapshot> {
    private static final Logger LOG = System.getLogger(PublishSnapshotHandler.class.getName());

    /** Each round but the first answers somebody else's write. */
    private static final int ROUNDS = 5;

    /** Two may be decided in the same millisecond; then all still have to choose the same. */
    private static final Comparator<Manifest> OLDEST_FIRST =
            Comparator.comparing((Manifest manifest) -> manifest.planned()).thenComparing(Manifest::snapshotId);

    private final SsmClient ssm;

    /** Makes the handler with its SDK client. */
    public PublishSnapshotHandler() {
        this(AwsClients.of(SsmClient.builder()));
    }

    PublishSnapshotHandler(SsmClient ssm) {
        super(PublishRequest.class);
        this.ssm = ssm;
    }

    /**
     * Writes what differs from what is published, unless that is newer.
     *
     * @throws ManifestLostException when a snapshot is to be published again of which nobody knows what is in it
     * @throws PublicationContestedException when others write again and again
     */
    @Override
    protected PublishedSnapshot handle(PublishRequest request) {
        var parameters = new PublishedParameters(ssm, request.plan());
        Publication before = parameters.read();
        Manifest own = request.plan().rollback()
                ? again(parameters, request, before)
                : Manifest.of(request, before.manifest().orElse(null));
        Manifest wanted = before.notBackFrom(own);
        Publication seen = before;
        boolean changed = false;
        for (int round = 0; round < ROUNDS; round++) {
            changed |= seen.differsFrom(wanted);
            if (write(parameters, wanted, seen)) {
                return answer(parameters, wanted, own, changed);
            }
            wanted = Stream.concat(Stream.of(wanted), parameters.publishedSince(before).stream())
                    .max(OLDEST_FIRST)
                    .orElse(wanted);
            seen = parameters.read();
        }
        throw new PublicationContestedException(parameters.idName(), wanted, seen, ROUNDS);
    }

    /** The manifest that was published with the snapshot, as published again. */
    private static Manifest again(PublishedParameters parameters, PublishRequest request, Publication before) {
        String snapshotId = request.snapshot().snapshotId();
        Optional<Manifest> published =
                before.published().filter(manifest -> manifest.snapshotId().equals(snapshotId));
        Manifest earlier = published
                .or(() -> parameters.manifestOf(snapshotId))
                .orElseThrow(() -> new ManifestLostException(parameters.manifestName(), snapshotId));
        return Manifest.again(request, earlier, published.isPresent());
    }

    /** Whether nobody else wrote since what was seen; SSM counts a parameter's versions one by one. */
    private static boolean write(PublishedParameters parameters, Manifest wanted, Publication seen) {
        boolean alone = true;
        if (seen.lacksManifest(wanted)) {
            alone = parameters.putManifest(wanted.toJson()) == seen.manifestVersion() + 1;
        }
        if (seen.lacksId(wanted)) {
            try {
                alone &= parameters.putId(wanted.snapshotId()) == seen.idVersion() + 1;
            } catch (SdkException e) {
                takeBack(parameters, wanted, seen);
                throw e;
            }
        }
        return alone;
    }

    /** Without its snapshot's ID the manifest would be of one that isn't published. */
    private static void takeBack(PublishedParameters parameters, Manifest wanted, Publication seen) {
        try {
            boolean isPublished = !parameters.read().lacksId(wanted);
            String text = seen.manifestText();
            if (!isPublished && text != null) {
                parameters.putManifest(text);
            }
        } catch (SdkException e) {
            LOG.log(Level.WARNING, "Taking the manifest back failed.", e);
        }
    }

    private static PublishedSnapshot answer(
            PublishedParameters parameters, Manifest published, Manifest own, boolean changed) {
        return new PublishedSnapshot(
                parameters.idName(),
                parameters.manifestName(),
                published.snapshotId(),
                changed,
                published.snapshotId().equals(own.snapshotId())
                        ? null
                        : new NewerPublication(published.snapshotId(), published.publishedBy(), published.planned()));
    }
}
