package dev.prebake.snapshot;

import dev.prebake.kernel.BakePlan;
import dev.prebake.kernel.BakeReport;
import dev.prebake.kernel.Builder;
import dev.prebake.kernel.PlannedImage;
import dev.prebake.kernel.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * What CreateSnapshot is handed.
 *
 * @param plan what was baked
 * @param builder the builder, with its data volume, unmounted
 * @param report the bake's report
 * @param execution name of the execution
 */
public record SnapshotOrder(BakePlan plan, Builder builder, BakeReport report, String execution) {
    /** EC2's limit on a tag's value, in characters. */
    private static final int TAG_VALUE = 256;

    /** What follows the algorithm in a shortened digest: enough to recognise it. */
    private static final int DIGEST_PREFIX = 12;

    /** Refuses a builder without a volume: AwaitBuilder hands none on. */
    public SnapshotOrder {
        Objects.requireNonNull(builder.volumeId(), "the builder has no volumeId");
    }

    CreateSnapshotRequest toRequest() {
        List<Tag> tags = new ArrayList<>(List.of(
                tag(Tags.NAME, "prebake " + plan.cacheName()),
                tag(Tags.CACHE, plan.cacheName()),
                tag(Tags.FINGERPRINT, plan.fingerprint()),
                tag(Tags.EXECUTION, execution),
                tag(Tags.ARCHITECTURE, plan.architecture().ociName()),
                tag(Tags.USED_BYTES, Long.toString(report.volume().usedBytes())),
                tag(Tags.IMAGES, imagesTag())));
        String base = report.keptBase();
        if (base != null) {
            tags.add(tag(Tags.BASE, base));
        }
        return CreateSnapshotRequest.builder()
                .volumeId(builder.volumeId())
                .description("Prebake cache " + plan.cacheName() + ": "
                        + plan.images().size() + (plan.images().size() == 1 ? " image" : " images")
                        + ", baked by execution " + execution)
                .tagSpecifications(TagSpecification.builder()
                        .resourceType(ResourceType.SNAPSHOT)
                        .tags(tags)
                        .build())
                .build();
    }

    /** The images with short digests, as many as fit, and how many more there are. */
    String imagesTag() {
        List<String> images =
                plan.images().stream().map(SnapshotOrder::shortened).toList();
        List<String> fitting = new ArrayList<>(images);
        while (!fitting.isEmpty() && text(fitting, images.size()).length() > TAG_VALUE) {
            fitting.removeLast();
        }
        return text(fitting, images.size());
    }

    private static String text(List<String> fitting, int of) {
        String names = String.join(" ", fitting);
        return fitting.size() == of ? names : (names + " +" + (of - fitting.size())).strip();
    }

    private static String shortened(PlannedImage image) {
        int digest = image.reference().indexOf('@');
        String name = digest < 0 ? image.reference() : image.reference().substring(0, digest);
        return name + "@" + image.digest().substring(0, "sha256:".length() + DIGEST_PREFIX);
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
