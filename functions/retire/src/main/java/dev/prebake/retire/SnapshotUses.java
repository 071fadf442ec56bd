package dev.prebake.retire;

import dev.prebake.kernel.Tags;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.LaunchTemplate;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateVersion;
import software.amazon.awssdk.services.ec2.model.PermissionGroup;
import software.amazon.awssdk.services.ec2.model.SnapshotAttributeName;

/**
 * What uses snapshots: volumes, images, launch templates, other accounts. EC2 itself refuses to delete a snapshot for an image's sake
 * alone.
 */
final class SnapshotUses {
    /** What a filter takes (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html). */
    private static final int MOST_VALUES = 200;

    /** On launch templates that EKS makes from a node group's own; it moves the nodes to the newest of their versions. */
    private static final String EKS_COPY = "eks:nodegroup-name";

    private final Ec2Client ec2;

    SnapshotUses(Ec2Client ec2) {
        this.ec2 = ec2;
    }

    /** A use of each of the snapshots, in words; none where nothing uses it. Nothing is asked when there are no snapshots. */
    Map<String, String> of(List<String> snapshotIds) {
        Map<String, String> uses = new LinkedHashMap<>();
        BiConsumer<@Nullable String, String> use = (id, words) -> {
            if (id != null && snapshotIds.contains(id)) {
                uses.putIfAbsent(id, words);
            }
        };
        for (List<String> part : parts(snapshotIds)) {
            volumes(part, use);
            images(part, use);
        }
        // Most are settled by now; each of these is a call of its own.
        if (uses.size() < snapshotIds.size()) {
            launchTemplates(use);
        }
        for (String id : snapshotIds) {
            if (!uses.containsKey(id)) {
                shares(id, use);
            }
        }
        return uses;
    }

    /** A node that boots from the volume reads blocks that EBS may not have loaded yet, for hours after its creation. */
    private void volumes(List<String> snapshotIds, BiConsumer<@Nullable String, String> use) {
        var describe = DescribeVolumesRequest.builder()
                .filters(filter("snapshot-id", snapshotIds))
                .build();
        ec2.describeVolumesPaginator(describe).stream()
                .flatMap(page -> page.volumes().stream())
                .forEach(
                        volume -> use.accept(volume.snapshotId(), "volume " + volume.volumeId() + " was made from it"));
    }

    private void images(List<String> snapshotIds, BiConsumer<@Nullable String, String> use) {
        var describe = DescribeImagesRequest.builder()
                .owners("self")
                .includeDisabled(true)
                .filters(filter("block-device-mapping.snapshot-id", snapshotIds))
                .build();
        ec2.describeImagesPaginator(describe).stream()
                .flatMap(page -> page.images().stream())
                .forEach(image -> image.blockDeviceMappings().stream()
                        .filter(mapping -> mapping.ebs() != null)
                        .forEach(mapping ->
                                use.accept(mapping.ebs().snapshotId(), "image " + image.imageId() + " has it")));
    }

    private void launchTemplates(BiConsumer<@Nullable String, String> use) {
        var newest = DescribeLaunchTemplateVersionsRequest.builder()
                .versions("$Default", "$Latest")
                .build();
        versions(newest, _ -> true, use);
        var describe = DescribeLaunchTemplatesRequest.builder().build();
        // Who launches may name any version. Those that are left as RollOutNodes goes on to the next, and EKS's copies
        // of them,
        // are nobody's any more: else no snapshot that was ever rolled out could go.
        ec2.describeLaunchTemplatesPaginator(describe).stream()
                .flatMap(page -> page.launchTemplates().stream())
                .filter(template -> template.latestVersionNumber() > 1 && !isEksCopy(template))
                .forEach(template -> versions(
                        DescribeLaunchTemplateVersionsRequest.builder()
                                .launchTemplateId(template.launchTemplateId())
                                .build(),
                        version -> !isRolledOut(version),
                        use));
    }

    private void versions(
            DescribeLaunchTemplateVersionsRequest describe,
            Predicate<LaunchTemplateVersion> counts,
            BiConsumer<@Nullable String, String> use) {
        ec2.describeLaunchTemplateVersionsPaginator(describe).stream()
                .flatMap(page -> page.launchTemplateVersions().stream())
                .filter(counts)
                .forEach(version -> version.launchTemplateData().blockDeviceMappings().stream()
                        .filter(mapping -> mapping.ebs() != null)
                        .forEach(mapping -> use.accept(
                                mapping.ebs().snapshotId(),
                                "version " + version.versionNumber() + " of the launch template "
                                        + version.launchTemplateName() + " (" + version.launchTemplateId()
                                        + ") has it")));
    }

    private static boolean isEksCopy(LaunchTemplate template) {
        return template.tags().stream().anyMatch(tag -> tag.key().equals(EKS_COPY));
    }

    private static boolean isRolledOut(LaunchTemplateVersion version) {
        String description = version.versionDescription();
        return description != null && description.startsWith(Tags.ROLLED_OUT);
    }

    private void shares(String snapshotId, BiConsumer<@Nullable String, String> use) {
        var describe = DescribeSnapshotAttributeRequest.builder()
                .snapshotId(snapshotId)
                .attribute(SnapshotAttributeName.CREATE_VOLUME_PERMISSION)
                .build();
        Set<String> with = new TreeSet<>();
        for (CreateVolumePermission permission :
                ec2.describeSnapshotAttribute(describe).createVolumePermissions()) {
            with.add(permission.group() == PermissionGroup.ALL ? "everybody" : String.valueOf(permission.userId()));
        }
        if (!with.isEmpty()) {
            use.accept(snapshotId, "it is shared with " + String.join(", ", with));
        }
    }

    private static List<List<String>> parts(List<String> all) {
        return IntStream.range(0, Math.ceilDiv(all.size(), MOST_VALUES))
                .mapToObj(part -> all.subList(part * MOST_VALUES, Math.min(all.size(), (part + 1) * MOST_VALUES)))
                .toList();
    }

    private static Filter filter(String name, List<String> values) {
        return Filter.builder().name(name).values(values).build();
    }
}
