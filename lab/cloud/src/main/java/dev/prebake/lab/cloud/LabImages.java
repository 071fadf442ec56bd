package dev.prebake.lab.cloud;

import dev.prebake.kernel.Architecture;
import java.time.InstantSource;
import java.util.Comparator;
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

/** The account's own images, in memory alone, and the public ones of EKS, that machines start from. */
final class LabImages {
    private static final ResourceFilter<Image> FILTER = new ResourceFilter<>(
            Map.of(
                    "image-id", image -> List.of(image.imageId()),
                    "name", image -> List.of(image.name()),
                    "block-device-mapping.snapshot-id",
                            image -> snapshots(image).toList()),
            Image::tags);

    /** The account that EKS's images are of (https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html). */
    private static final String EKS = "602401143452";

    private final Account account;
    private final List<Image> ofEks;
    private final InstantSource clock;
    private final Map<String, Image> images = new ConcurrentHashMap<>();

    /** @param ofEks the architectures of EKS's images, by their IDs */
    LabImages(Account account, Map<String, Architecture> ofEks, InstantSource clock) {
        this.account = account;
        this.ofEks = ofEks.entrySet().stream()
                .map(image -> ofEks(image.getKey(), image.getValue()))
                .toList();
        this.clock = clock;
    }

    private static Image ofEks(String imageId, Architecture architecture) {
        return Image.builder()
                .imageId(imageId)
                .name("amazon-eks-node-al2023-" + architecture.ec2Name() + "-standard-" + Deployment.KUBERNETES_VERSION
                        + "-lab")
                .ownerId(EKS)
                .imageOwnerAlias("amazon")
                .publicLaunchPermissions(true)
                .architecture(architecture.ec2Name())
                .state(ImageState.AVAILABLE)
                .build();
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

    DescribeImagesResponse describe(DescribeImagesRequest request) {
        List<Image> all = Stream.concat(
                        images.values().stream().sorted(Comparator.comparing(Image::imageId)), ofEks.stream())
                .toList();
        List<Image> asked = request.imageIds().isEmpty()
                ? all
                : request.imageIds().stream()
                        .map(id -> all.stream()
                                .filter(image -> image.imageId().equals(id))
                                .findFirst()
                                .orElseThrow(() -> notFound(id)))
                        .toList();
        List<Image> owned = asked.stream()
                .filter(image ->
                        request.owners().isEmpty() || request.owners().stream().anyMatch(owner -> isOf(image, owner)))
                .toList();
        Page<Image> page = AwsAnswers.ec2Page(
                FILTER.passing(owned, request.filters()), Image::imageId, request.maxResults(), 1, request.nextToken());
        return DescribeImagesResponse.builder()
                .images(page.items())
                .nextToken(page.nextToken())
                .build();
    }

    private static boolean isOf(Image image, String owner) {
        return owner.equals(image.ownerId())
                || owner.equals(image.imageOwnerAlias())
                || (owner.equals("self") && image.ownerId().equals(Account.ID));
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
