package dev.prebake.lab.cloud;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.DeregisterImageRequest;
import software.amazon.awssdk.services.ec2.model.DeregisterImageResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.RegisterImageResponse;
import software.amazon.awssdk.services.ec2.model.ResourceType;

/** The account's own images, in memory alone; those that machines start from are no images of its own. */
final class LabImages {
    private static final ResourceFilter<Image> FILTER = new ResourceFilter<>(
            Map.of(
                    "image-id", image -> List.of(image.imageId()),
                    "name", image -> List.of(image.name()),
                    "block-device-mapping.snapshot-id",
                            image -> snapshots(image).toList()),
            Image::tags);

    private final Account account;
    private final InstantSource clock;
    private final Map<String, Image> images = new ConcurrentHashMap<>();

    LabImages(Account account, InstantSource clock) {
        this.account = account;
        this.clock = clock;
    }

    RegisterImageResponse register(RegisterImageRequest request) {
        for (BlockDeviceMapping mapping : request.blockDeviceMappings()) {
            EbsBlockDevice ebs = mapping.ebs();
            if (ebs != null
                    && ebs.snapshotId() != null
                    && account.snapshot(ebs.snapshotId()).isEmpty()) {
                throw AwsAnswers.ec2(
                        "InvalidSnapshot.NotFound", "The snapshot '" + ebs.snapshotId() + "' does not exist.");
            }
        }
        Image image = Image.builder()
                .imageId(ResourceIds.next("ami"))
                .name(request.name())
                .ownerId(Account.ID)
                .state(ImageState.AVAILABLE)
                .creationDate(clock.instant().toString())
                .blockDeviceMappings(request.blockDeviceMappings())
                .tags(ResourceTags.answer(ResourceTags.of(request.tagSpecifications(), ResourceType.IMAGE)))
                .build();
        images.put(image.imageId(), image);
        return RegisterImageResponse.builder().imageId(image.imageId()).build();
    }

    DeregisterImageResponse deregister(DeregisterImageRequest request) {
        if (images.remove(request.imageId()) == null) {
            throw notFound(request.imageId());
        }
        return DeregisterImageResponse.builder().build();
    }

    /** The account's own: asked for others', it has none. */
    DescribeImagesResponse describe(DescribeImagesRequest request) {
        List<Image> asked = request.imageIds().isEmpty()
                ? images.values().stream().toList()
                : request.imageIds().stream()
                        .map(id -> {
                            Image image = images.get(id);
                            if (image == null) {
                                throw notFound(id);
                            }
                            return image;
                        })
                        .toList();
        boolean own =
                request.owners().isEmpty() || request.owners().stream().anyMatch(List.of("self", Account.ID)::contains);
        return DescribeImagesResponse.builder()
                .images(own ? FILTER.passing(asked, request.filters()) : List.of())
                .build();
    }

    /** The image that a snapshot can't be deleted for, as EC2 says it; nothing when there is none. */
    void requireUnused(String snapshotId) {
        images.values().stream()
                .filter(image -> snapshots(image).anyMatch(snapshotId::equals))
                .findFirst()
                .ifPresent(image -> {
                    throw AwsAnswers.ec2(
                            "InvalidSnapshot.InUse",
                            "The snapshot " + snapshotId + " is currently in use by " + image.imageId());
                });
    }

    private static Stream<String> snapshots(Image image) {
        return image.blockDeviceMappings().stream()
                .map(BlockDeviceMapping::ebs)
                .filter(Objects::nonNull)
                .map(EbsBlockDevice::snapshotId)
                .filter(Objects::nonNull);
    }

    private static RuntimeException notFound(String imageId) {
        return AwsAnswers.ec2("InvalidAMIID.NotFound", "The image id '[" + imageId + "]' does not exist");
    }
}
