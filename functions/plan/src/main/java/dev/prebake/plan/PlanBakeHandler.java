package dev.prebake.plan;

import dev.prebake.kernel.Architecture;
import dev.prebake.kernel.AwsClients;
import dev.prebake.kernel.BakePlan;
import dev.prebake.kernel.BakedSnapshot;
import dev.prebake.kernel.ImageReference;
import dev.prebake.kernel.PlannedImage;
import dev.prebake.kernel.PlannedVolume;
import dev.prebake.kernel.RegistrySettings;
import dev.prebake.kernel.StateHandler;
import dev.prebake.registry.AwsRegistryAccess;
import dev.prebake.registry.DistributionRegistry;
import dev.prebake.registry.Registry;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ssm.SsmClient;

/**
 * The state PlanBake: validates the input, pins every image to a digest, looks for a snapshot that has the same content
 * already, or else for one that the bake can go on from, and sizes the volume. All that can be known to be wrong is known, and
 * said at once, before anything is launched.
 *
 * <p>Ends in {@link InvalidInputException}, {@link ImagesUnavailableException} or, when trying again may help,
 * {@link RegistryUnavailableException}; and a rollback that can't be in {@link RollbackImpossibleException}.
 */
public final class PlanBakeHandler extends StateHandler<PlanRequest, BakePlan> {
    private final BakedSnapshots snapshots;
    private final PublicationHistory history;
    private final Function<List<RegistrySettings>, Registry> registries;

    /** Makes the handler for use. */
    public PlanBakeHandler() {
        this(
                AwsClients.of(Ec2Client.builder()),
                AwsClients.of(SsmClient.builder()),
                settings -> new DistributionRegistry(new AwsRegistryAccess(settings)));
    }

    PlanBakeHandler(Ec2Client ec2, SsmClient ssm, Function<List<RegistrySettings>, Registry> registries) {
        super(PlanRequest.class);
        this.snapshots = new BakedSnapshots(ec2);
        this.history = new PublicationHistory(ssm);
        this.registries = registries;
    }

    @Override
    protected BakePlan handle(PlanRequest request) {
        return switch (ExecutionInput.read(request.input())) {
            case ExecutionInput.Reading.Valid(ExecutionInput input)
            when input.rollbackTo() != null -> rollback(input, input.rollbackTo(), request.kmsKeyArn(), request.now());
            case ExecutionInput.Reading.Valid(ExecutionInput input) -> plan(input, request.kmsKeyArn(), request.now());
            case ExecutionInput.Reading.Invalid invalid -> throw refusal(invalid);
        };
    }

    private BakePlan plan(ExecutionInput input, @Nullable String kmsKeyArn, Instant now) {
        List<RegistrySettings> used = used(input.registries(), input.images());
        ImageLookups lookups = ImageLookups.of(registries.apply(used), input.images(), input.architecture());
        VolumeSizing sizing = VolumeSizing.of(lookups.found().values());
        List<String> volumeProblems =
                sizing.problem(input.volumeSizeGiB()).stream().toList();
        if (!volumeProblems.isEmpty()) {
            throw new InvalidInputException(joined(volumeProblems, lookups.problems()));
        }
        if (!lookups.problems().isEmpty()) {
            int images = input.images().size();
            throw lookups.mayPass()
                    ? new RegistryUnavailableException(lookups.problems(), images)
                    : new ImagesUnavailableException(lookups.problems(), images);
        }
        List<PlannedImage> images = lookups.planned();
        String fingerprint = Fingerprint.of(input.architecture(), images, input.volumeSizeGiB());
        EarlierSnapshots earlier = input.force()
                ? new EarlierSnapshots(List.of())
                : snapshots.completed(input.cacheName()).encryptedWith(kmsKeyArn);
        Optional<BakedSnapshot> reuse = earlier.reuse(fingerprint);
        Optional<EarlierSnapshots.Base> base = reuse.isPresent()
                ? Optional.empty()
                : earlier.base(input.architecture(), sizing, input.volumeSizeGiB());
        int sizeGiB =
                base.map(EarlierSnapshots.Base::volumeSizeGiB).orElseGet(() -> sizing.sizeGiB(input.volumeSizeGiB()));
        return new BakePlan(
                now,
                input.cacheName(),
                input.architecture(),
                images,
                used,
                fingerprint,
                sizing.compressedBytes(),
                sizing.volume(sizeGiB, input.volumeIops(), input.volumeThroughputMiBps(), kmsKeyArn),
                input.instanceTypes(),
                input.fastRestoreZones(),
                input.retainSnapshots(),
                input.retentionDryRun(),
                input.parameterName(),
                input.nodeGroups(),
                reuse.orElse(null),
                base.map(EarlierSnapshots.Base::snapshot).orElse(null),
                false);
    }

    /** Nothing is asked of registries: what is in the snapshot stands in the manifest that was published with it. */
    private BakePlan rollback(ExecutionInput input, String rollbackTo, @Nullable String kmsKeyArn, Instant now) {
        EarlierSnapshot target = Rollback.read(snapshots, history, input.cacheName(), input.parameterName(), kmsKeyArn)
                .target(rollbackTo);
        return new BakePlan(
                now,
                input.cacheName(),
                input.architecture(),
                List.of(),
                List.of(),
                target.fingerprint() == null ? "" : target.fingerprint(),
                0,
                new PlannedVolume(
                        target.snapshot().volumeSizeGiB(),
                        input.volumeIops(),
                        input.volumeThroughputMiBps(),
                        kmsKeyArn),
                input.instanceTypes(),
                input.fastRestoreZones(),
                input.retainSnapshots(),
                input.retentionDryRun(),
                input.parameterName(),
                input.nodeGroups(),
                target.snapshot(),
                null,
                true);
    }

    /** The settings of the images' registries and of their mirrors; a deployment's defaults may well have others. */
    private static List<RegistrySettings> used(List<RegistrySettings> registries, List<ImageReference> images) {
        Set<String> hosts = new HashSet<>();
        images.forEach(image -> hosts.add(image.registry()));
        registries.stream()
                .filter(settings -> hosts.contains(settings.host()))
                .flatMap(settings -> settings.mirrors().stream())
                .map(mirror -> URI.create(mirror).getRawAuthority())
                .toList()
                .forEach(hosts::add);
        return registries.stream()
                .filter(settings -> hosts.contains(settings.host()))
                .toList();
    }

    /** The fields' problems, and those that the registries would have told of next time. */
    private InvalidInputException refusal(ExecutionInput.Reading.Invalid invalid) {
        @Nullable Architecture architecture = invalid.architecture();
        List<ImageReference> images = invalid.images();
        if (architecture == null || images.isEmpty()) {
            return new InvalidInputException(invalid.problems());
        }
        ImageLookups lookups = ImageLookups.of(registries.apply(invalid.registries()), images, architecture);
        List<String> volumeProblems =
                VolumeSizing.of(lookups.found().values()).problem(invalid.volumeSizeGiB()).stream()
                        .toList();
        return new InvalidInputException(joined(joined(invalid.problems(), volumeProblems), lookups.problems()));
    }

    private static List<String> joined(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }
}
