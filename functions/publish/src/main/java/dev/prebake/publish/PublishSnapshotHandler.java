package dev.prebake.publish;

import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.AwsError;
import dev.prebake.kernel.StateHandler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.ParameterTier;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;
import software.amazon.awssdk.services.ssm.model.SsmException;

/**
 * Publishes a snapshot: first the manifest, then the snapshot's ID. The ID is what nodes read, so its write is the moment of
 * publication; a manifest of another snapshot is at worst seen in between, and taken back should that write fail.
 */
public final class PublishSnapshotHandler extends StateHandler<PublishRequest, PublishedSnapshot> {
    private static final Logger LOG = System.getLogger(PublishSnapshotHandler.class.getName());

    private final SsmClient ssm;

    /** Makes the handler with its SDK client. */
    public PublishSnapshotHandler() {
        this(AwsClients.of(SsmClient.builder()));
    }

    PublishSnapshotHandler(SsmClient ssm) {
        super(PublishRequest.class);
        this.ssm = ssm;
    }

    /** Writes what differs from what is published. */
    @Override
    protected PublishedSnapshot handle(PublishRequest request) {
        String idName = request.plan().parameterName();
        String manifestName = idName + "/manifest";
        String snapshotId = request.snapshot().snapshotId();
        Optional<String> before = value(manifestName);
        Optional<Manifest> published = before.flatMap(Manifest::parse);
        Manifest manifest = Manifest.of(request, published.orElse(null));
        boolean newManifest = !manifest.equals(published.orElse(null));
        boolean newId = !snapshotId.equals(value(idName).orElse(null));
        if (newManifest) {
            put(manifestName, manifest.toJson(), request, "what is in the published snapshot");
        }
        if (newId) {
            try {
                put(idName, snapshotId, request, "ID of the published snapshot");
            } catch (SdkException e) {
                takeBack(request, idName, manifestName, before);
                throw e;
            }
        }
        return new PublishedSnapshot(idName, manifestName, snapshotId, newManifest || newId);
    }

    /** Without its snapshot's ID the manifest would be of one that isn't published. */
    private void takeBack(PublishRequest request, String idName, String manifestName, Optional<String> before) {
        try {
            boolean isPublished =
                    request.snapshot().snapshotId().equals(value(idName).orElse(null));
            if (!isPublished && before.isPresent()) {
                put(manifestName, before.get(), request, "what is in the published snapshot");
            }
        } catch (SdkException e) {
            LOG.log(Level.WARNING, "Taking the manifest back failed.", e);
        }
    }

    private Optional<String> value(String name) {
        try {
            return Optional.of(
                    ssm.getParameter(GetParameterRequest.builder().name(name).build())
                            .parameter()
                            .value());
        } catch (SsmException e) {
            if (AwsError.of(e) == AwsError.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void put(String name, String value, PublishRequest request, String what) {
        ssm.putParameter(PutParameterRequest.builder()
                .name(name)
                .value(value)
                .type(ParameterType.STRING)
                .overwrite(true)
                // Standard, which costs nothing, up to 4 KiB. Advanced takes 8 KiB, which is enough: see
                // BakePlan.MAX_REFERENCE_CHARACTERS.
                .tier(ParameterTier.INTELLIGENT_TIERING)
                .description("Prebake cache " + request.plan().cacheName() + ": " + what)
                .build());
    }
}
